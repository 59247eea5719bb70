using CommandBroker.Identity.Signatures;
using CsCheck;

namespace CommandBroker.Identity.Tests.Signatures;

public sealed class SignatureProperties
{
    private const int Cases = 100_000;

    [Fact]
    public void Whatever_a_client_signs_and_however_it_writes_it_is_accepted() =>
        GeneratedRequestGen.Requests.Sample(request => Assert.Equal(SignatureStatus.Valid, request.Send().Verify().Status), iter: Cases, print: Show);

    [Fact]
    public void A_changed_target_is_accepted_exactly_when_it_means_the_same() =>
        Gen.Select(GeneratedRequestGen.Requests, Gen.Int[0, 1_000], Gen.OneOf('a', '/', '%', '2', 'F', 'f', '+', '&', '=', '?', ' '), Gen.Int[0, 2]).Sample(
            (generated, place, letter, kind) =>
            {
                TestRequest request = generated.Send();
                string target = request.Target;
                int at = place % (target.Length + 1);
                string changed = kind == 0 || at == target.Length ? target.Insert(at, letter.ToString())
                    : kind == 1 ? target.Remove(at, 1)
                    : $"{target.AsSpan(0, at)}{letter}{target.AsSpan(at + 1)}";
                bool isSame = Meaning(target) == Meaning(changed);
                SignatureStatus status = (request with { Target = changed }).Verify().Status;
                Assert.True(isSame == (status == SignatureStatus.Valid), $"{request.Method} {target} became {changed}: {status}");
            },
            iter: Cases / 4);

    private static string Show(GeneratedRequest request)
    {
        TestRequest sent = request.Send();
        return $"{request}\n{sent.Method} {sent.Target}\n{string.Join('\n', sent.Headers)}\n{sent.Authorization}";
    }

    /// <summary>Method and headers aside, two targets mean the same when they are signed alike.</summary>
    private static (string Path, string Query) Meaning(string target) => (TestSigner.Path(target), TestSigner.Query(target));
}
