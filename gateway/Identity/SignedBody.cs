using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using CommandBroker.Gateway.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CommandBroker.Gateway.Identity;

/// <summary>Hashes the body of a signed request before anything is done, and leaves it unread for whoever reads it after.</summary>
internal static class SignedBody
{
    /// <summary>What <c>X-Sdk-Content-Sha256</c> says of a body that is not signed.</summary>
    public const string Unsigned = "UNSIGNED-PAYLOAD";

    /// <summary>Whether there may be a body; without one the hash is that of nothing.</summary>
    public static bool IsPossible(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? context.Request.ContentLength is not 0;

    /// <summary>Reads the body, but not more than <paramref name="maxBytes"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The longest body.</param>
    /// <param name="waits">Told, each time before more of the body is waited for, how many bytes are here.</param>
    /// <param name="cancel">Ends the reading, which is Cut then.</param>
    /// <returns>Whole with its hash, 32 bytes; otherwise why there is none.</returns>
    public static async ValueTask<(RequestBodyStatus Status, byte[] Hash)> HashAsync(HttpContext context, int maxBytes, Action<long> waits, CancellationToken cancel)
    {
        if (context.Request.ContentLength > maxBytes)
        {
            return TooLong(context);
        }

        PipeReader reader = context.Request.BodyReader;
        try
        {
            for (long came = 0; ;)
            {
                ValueTask<ReadResult> reading = reader.ReadAsync(cancel);
                if (!reading.IsCompleted)
                {
                    waits(came);
                }

                ReadResult read = await reading;
                came = read.Buffer.Length;
                bool isTooLong = read.Buffer.Length > maxBytes;
                byte[] hash = isTooLong || !read.IsCompleted ? [] : Hash(read.Buffer);

                // Seen, not taken: the endpoint reads it again from the buffer.
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (isTooLong)
                {
                    return TooLong(context);
                }

                if (read.IsCompleted)
                {
                    return (RequestBodyStatus.Whole, hash);
                }
            }
        }
        catch (BadHttpRequestException refused) when (refused.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLong(context);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            return (RequestBodyStatus.Cut, []);
        }
        catch (BadHttpRequestException)
        {
            return (RequestBodyStatus.Cut, []);
        }
    }

    private static byte[] Hash(in ReadOnlySequence<byte> body)
    {
        if (body.IsSingleSegment)
        {
            return SHA256.HashData(body.FirstSpan);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ReadOnlyMemory<byte> part in body)
        {
            hash.AppendData(part.Span);
        }

        return hash.GetHashAndReset();
    }

    private static (RequestBodyStatus, byte[]) TooLong(HttpContext context)
    {
        context.Response.Headers.Connection = "close";
        return (RequestBodyStatus.TooLong, []);
    }
}
