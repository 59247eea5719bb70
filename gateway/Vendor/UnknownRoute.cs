using CommandBroker.Gateway.Http;

namespace CommandBroker.Gateway.Vendor;

/// <summary>Answers whatever matches no route. An empty <c>server_id</c> is one of those, because routing does not match an empty segment.</summary>
internal sealed class UnknownRoute(VendorBorder border)
{
    /// <summary>Answers in the shape of the route family.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        RequestStamp.Set(context);
        await border.RefuseAsync(context, HasEmptyServerId(context.Request.Path.Value)
            ? VendorErrors.Invalid(ServerId.Describe(""))
            : VendorErrors.UnknownRoute);
    }

    private static bool HasEmptyServerId(string? path) => path?.Contains("/sources//", StringComparison.OrdinalIgnoreCase) is true;
}
