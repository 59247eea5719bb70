using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CommandBroker.SignatureBench;

// In this process: a generated project would be built under the repository's own rules (warnings, lock files), which aren't made for it.
IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromTypes([typeof(VerifyBenchmark), typeof(GuardBenchmark)]).Run(args, config);
