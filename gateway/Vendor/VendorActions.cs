namespace CommandBroker.Gateway.Vendor;

/// <summary>The vendor's names of what can be done; a 403 says which is missing.</summary>
internal static class VendorActions
{
    public const string GetCommand = "sms:server:getCommand";
    public const string Report = "sms:server:updateCommandResult";
    public const string Register = "sms:server:registerServer";
    public const string List = "sms:server:listServers";
    public const string Show = "sms:server:queryServer";
    public const string Update = "sms:server:updateServer";
    public const string Delete = "sms:server:deleteServer";
}
