using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Management;

/// <summary>What a management route answers: JSON, or why the call was refused.</summary>
internal readonly record struct ManagementAnswer(int Status, ReadOnlyMemory<byte> Body, string? Location, BrokerException? Refused)
{
    /// <summary>The route has written its answer itself.</summary>
    public static ManagementAnswer Written => default;

    /// <summary>Whether this is <see cref="Written"/>.</summary>
    public bool IsWritten => Status == 0 && Refused is null && Denied is null;

    /// <summary>Why the caller is not admitted after all; null when it is.</summary>
    public Refusal? Denied { get; init; }

    /// <summary>200 with a body.</summary>
    public static ManagementAnswer Ok<T>(T body, JsonTypeInfo<T> type) =>
        new(StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(body, type), null, null);

    /// <summary>202 with a body and where to ask how far it is.</summary>
    public static ManagementAnswer Accepted<T>(T body, JsonTypeInfo<T> type, string location) =>
        new(StatusCodes.Status202Accepted, JsonSerializer.SerializeToUtf8Bytes(body, type), location, null);

    /// <summary>201 with a body and where the new thing is.</summary>
    public static ManagementAnswer Created<T>(T body, JsonTypeInfo<T> type, string location) =>
        new(StatusCodes.Status201Created, JsonSerializer.SerializeToUtf8Bytes(body, type), location, null);

    /// <summary>The caller is not admitted.</summary>
    public static ManagementAnswer Refuse(Refusal refusal) => new(0, default, null, null) { Denied = refusal };

    /// <summary>Not carried out.</summary>
    public static ManagementAnswer Refuse(BrokerErrorReason reason, string message) => new(0, default, null, new BrokerException(reason, message));
}
