using System.Collections.Immutable;
using CommandBroker.Client.Http;

namespace CommandBroker.Client.Wire.Iam;

/// <summary>The body of <c>POST /v3/auth/tokens</c>, in Keystone v3's shape.</summary>
internal sealed record SignInBody
{
    public required AuthRecord Auth { get; init; }

    public static SignInBody Of(PasswordCredential credential) => new()
    {
        Auth = new AuthRecord
        {
            Identity = new IdentityRecord
            {
                Methods = ["password"],
                Password = new PasswordRecord
                {
                    User = new SignInUser { Name = credential.User, Password = credential.Password, Domain = new NamedRecord { Name = credential.Domain } },
                },
            },
            Scope = credential switch
            {
                { ProjectId: { } id } => new ScopeRecord { Project = new NamedRecord { Id = id } },
                { ProjectName: { } name } => new ScopeRecord { Project = new NamedRecord { Name = name } },
                _ => null,
            },
        },
    };

    internal sealed record AuthRecord
    {
        public required IdentityRecord Identity { get; init; }

        public ScopeRecord? Scope { get; init; }
    }

    internal sealed record IdentityRecord
    {
        public required ImmutableArray<string> Methods { get; init; }

        public required PasswordRecord Password { get; init; }
    }

    internal sealed record PasswordRecord
    {
        public required SignInUser User { get; init; }
    }

    internal sealed record SignInUser
    {
        public required string Name { get; init; }

        public required string Password { get; init; }

        public required NamedRecord Domain { get; init; }
    }

    internal sealed record ScopeRecord
    {
        public NamedRecord? Project { get; init; }
    }
}
