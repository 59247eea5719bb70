using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Vendor;

/// <summary>The one place where an outcome becomes a status and a code of the vendor's route family.</summary>
internal static class VendorErrors
{
    public static readonly VendorError NotJson = new(400, "SMS.6010", "The body is not valid JSON in UTF-8, or is nested deeper than 64 levels.");
    public static readonly VendorError WrongShape = new(400, "SMS.6011", "The body must be one JSON object that names each member once.");
    public static readonly VendorError EmptyBody = new(400, "SMS.6012", "The body is empty.");
    public static readonly VendorError CutBody = new(400, "SMS.6013", "The body ends too early.");
    public static readonly VendorError NoContentType = new(400, "SMS.6015", "Content-Type is missing; application/json is needed.");
    public static readonly VendorError WrongContentType = new(400, "SMS.6016", "Content-Type must be application/json.");
    public static readonly VendorError NoCommandName = new(400, "SMS.6020", $"command_name must be a string of 1 to {Command.MaxNameLength} characters without U+0000.");
    public static readonly VendorError OtherCommandName = new(400, "SMS.6021", "This command is not among those handed out.");
    public static readonly VendorError Contradicting = new(400, "SMS.6021", "This command has ended with the opposite result.");
    public static readonly VendorError NoResult = new(400, "SMS.6022", "result must be \"success\" or \"fail\".");
    public static readonly VendorError NoResultDetail = new(400, "SMS.6023", "result_detail is missing.");
    public static readonly VendorError UnknownSourceServer = new(404, "SMS.7602", "No such source server is registered.");
    public static readonly VendorError UnknownRoute = new(404, "APIGW.0101", "There is no such route.");
    public static readonly VendorError Internal = new(500, "SMS.6000", "The broker failed; its log has more under this request id.");
    public static readonly VendorError Busy = new(503, "SMS.6301", "More requests are worked on than Gateway:MaxConcurrentRequests allows.") { IsTransient = true };
    public static readonly VendorError Unavailable = new(503, "SMS.6301", "The broker cannot answer just now.") { IsTransient = true };

    /// <summary>The body is longer than the setting allows.</summary>
    public static VendorError LongBody(int allowed) => new(400, "SMS.6014", $"The body is too long; Gateway:MaxBodyBytes allows {allowed} bytes.");

    /// <summary>Open commands forbid it.</summary>
    public static VendorError Outstanding(string message) => new(400, "SMS.7601", message);

    /// <summary>A parameter is not what it must be.</summary>
    public static VendorError Invalid(string message) => new(400, "SMS.9001", message);

    /// <summary>The route exists, the method does not.</summary>
    public static VendorError WrongMethod(string allow) => new(405, "APIGW.0101", $"This route takes {allow} only.") { Allow = allow };

    /// <summary>What a caller gets who was not admitted.</summary>
    public static VendorError Of(Refusal refusal) => refusal.Rule switch
    {
        AdmissionRule.IdentityStale or AdmissionRule.IamUnavailable or AdmissionRule.BodyCrowded => new(503, "SMS.6301", refusal.Message) { IsTransient = true },
        AdmissionRule.Throttled or AdmissionRule.TokenThrottled => new(429, "APIGW.0308", refusal.Message) { IsTransient = true, Wait = refusal.Wait },
        AdmissionRule.PermissionMissing => new(403, "SMS.9004", refusal.Message) { Action = PermissionNames.Of(refusal.Needed) },
        AdmissionRule.SiteForeign => new(403, "APIGW.0301", refusal.Message),
        AdmissionRule.BodyTooLong => new(400, "SMS.6014", refusal.Message),
        AdmissionRule.BodyLate => new(408, "SMS.6013", refusal.Message),
        AdmissionRule.BodyCut => CutBody,
        _ => new(401, "APIGW.0301", refusal.Message),
    };

    /// <summary>What a caller gets whose call the broker refused.</summary>
    public static VendorError Of(BrokerException refused) => refused.Reason switch
    {
        BrokerErrorReason.InvalidArgument or BrokerErrorReason.WrongState or BrokerErrorReason.KeyConflict => Invalid(refused.Message),
        BrokerErrorReason.UnknownSourceServer => UnknownSourceServer,
        BrokerErrorReason.UnknownCommand => new(404, "SMS.7602", refused.Message),
        BrokerErrorReason.QueueFull or BrokerErrorReason.HistoryFull or BrokerErrorReason.TenantQuotaExceeded
            or BrokerErrorReason.Throttled => new(429, "APIGW.0308", refused.Message) { IsTransient = true },
        BrokerErrorReason.CommandsOutstanding => Outstanding(refused.Message),
        BrokerErrorReason.TooManySourceServers => new(400, "SMS.6501", refused.Message),
        BrokerErrorReason.StorageUnavailable or BrokerErrorReason.Unreachable => new(503, "SMS.6301", refused.Message) { IsTransient = true },
        BrokerErrorReason.Quarantined => new(500, "SMS.6000", "The stored commands of this source server cannot be read; an operator must mend them."),
        BrokerErrorReason.Unauthorized => new(401, "APIGW.0301", refused.Message),
        _ => Internal,
    };
}
