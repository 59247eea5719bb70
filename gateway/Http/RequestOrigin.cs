using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Http;

/// <summary>Lets the grains that a request calls know where it came from. Only for calls that change something: what only reads is in no audit, and need not carry it.</summary>
internal static class RequestOrigin
{
    /// <summary>Tells it. Call it in an asynchronous method: with that it ends.</summary>
    public static void Tell(HttpContext context, Principal principal)
    {
        if (context.Request.Method != HttpMethods.Get)
        {
            CallOrigin.Tell(new CallOrigin
            {
                PrincipalId = principal.Id,
                RemoteAddress = context.Connection.RemoteIpAddress?.ToString(),
                RequestId = RequestStamp.Of(context),
            });
        }
    }
}
