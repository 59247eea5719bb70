using System.Diagnostics;
using System.Globalization;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using CommandBroker.Gateway.Vendor;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Commands;

/// <summary><c>POST …/sources/{server_id}/command_result</c>: takes an agent's report. Repeating it is harmless.</summary>
internal sealed class ReportEndpoint(
    VendorBorder border, Admission admission, RequestGate gate, SourceServerCache servers, IOptions<GatewayOptions> options, ILogger<ReportEndpoint> log)
{
    private static readonly byte[] Accepted = "{}"u8.ToArray();
    private readonly GatewayOptions _options = options.Value;

    /// <summary>Handles the route, whatever the method: only POST reports.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        RequestStamp.Set(context);
        bool isEntered = gate.TryEnter();
        try
        {
            if ((isEntered ? await CarryOutAsync(context) : VendorErrors.Busy) is { } error)
            {
                GatewayInstruments.ReportsRefused.Add(1);
                await border.RefuseAsync(context, error);
                return;
            }

            GatewayInstruments.ReportsAccepted.Add(1);
            await VendorResponse.WriteAsync(context, Accepted);
        }
        catch (Exception failure)
        {
            GatewayInstruments.ReportsRefused.Add(1);
            await border.FailAsync(context, failure);
        }
        finally
        {
            gate.Leave(isEntered);
        }
    }

    private async ValueTask<VendorError?> CarryOutAsync(HttpContext context)
    {
        if (context.Request.Method != HttpMethods.Post)
        {
            return VendorErrors.WrongMethod("POST");
        }

        Admittance admittance = await admission.AdmitAsync(context, Permission.UpdateCommandResult);
        if (admittance.Principal is not { } principal)
        {
            return VendorErrors.Of(admittance.Refusal!);
        }

        SignedCall? signed = SignedCall.Of(context);
        if (signed is { Answer: not SignedAnswer.None })
        {
            // The transport sent it twice. Another command of that name may be handed out by now, which it is not about.
            return signed.Answer switch
            {
                SignedAnswer.NotOutstanding => VendorErrors.OtherCommandName,
                SignedAnswer.Contradicting => VendorErrors.Contradicting,
                _ => null,
            };
        }

        string? text = context.Request.RouteValues["server_id"] as string;
        if (!ServerId.TryParse(text, out ServerId id))
        {
            return VendorErrors.Invalid(ServerId.Describe(text));
        }

        if (!TryReadCommandId(context.Request.Headers["X-Command-Id"], out long? seq))
        {
            return VendorErrors.Invalid("X-Command-Id must be one whole number from 1.");
        }

        if (VendorBody.CheckContentType(context.Request) is { } wrongType)
        {
            return wrongType;
        }

        (VendorError? error, Report? report) = await ReadAsync(context, new SourceServerKey(principal.ProjectId, id));
        if (report is null)
        {
            return error;
        }

        using Activity? activity = GatewayInstruments.Activities.StartActivity("report");
        if (await servers.FindAsync(principal, id) is not { } server)
        {
            return VendorErrors.UnknownSourceServer;
        }

        ReportReplyStatus status = await server.ReportAsync(new ReportCall
        {
            Name = report.Name,
            Result = report.Result,
            ResultDetail = report.ResultDetail,
            Seq = seq,
            Actor = principal.Name,
            Tag = signed?.ReportTag,
        });
        error = Translate(principal, id, status);
        if (status != ReportReplyStatus.UnknownSourceServer)
        {
            signed?.NoteAnswered(status switch
            {
                ReportReplyStatus.NotOutstanding => SignedAnswer.NotOutstanding,
                ReportReplyStatus.Contradicting => SignedAnswer.Contradicting,
                _ => SignedAnswer.Accepted,
            });
        }

        return error;
    }

    private async ValueTask<(VendorError? Error, Report? Report)> ReadAsync(HttpContext context, SourceServerKey key)
    {
        using RequestBody body = await RequestBody.ReadAsync(context, _options.MaxBodyBytes);
        if (body.Status == RequestBodyStatus.TooLong)
        {
            // Nobody else will know why its command ends without a report.
            log.ReportTooLong(RequestStamp.Of(context), key, _options.MaxBodyBytes);
        }

        VendorError? error = VendorBody.CheckBytes(body, _options.MaxBodyBytes);
        if (error is not null)
        {
            return (error, null);
        }

        error = ReportReader.Read(body.Utf8, _options.MaxResultDetailBytes, out Report? report);
        return (error, report);
    }

    private VendorError? Translate(Principal principal, ServerId id, ReportReplyStatus status)
    {
        switch (status)
        {
            case ReportReplyStatus.Ended or ReportReplyStatus.Repeated or ReportReplyStatus.KeptAsStray or ReportReplyStatus.NotedOnCancelled:
                return null;
            case ReportReplyStatus.NotOutstanding:
                return VendorErrors.OtherCommandName;
            case ReportReplyStatus.Contradicting:
                return VendorErrors.Contradicting;
            case ReportReplyStatus.UnknownSourceServer:
                servers.Remove(principal, id);
                return VendorErrors.UnknownSourceServer;
            default:
                throw new InvalidOperationException($"Report status {status} has no answer.");
        }
    }

    private static bool TryReadCommandId(StringValues header, out long? seq)
    {
        seq = null;
        if (header.Count == 0)
        {
            return true;
        }

        if (header.Count > 1 || !long.TryParse(header[0], NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number < 1)
        {
            return false;
        }

        seq = number;
        return true;
    }
}
