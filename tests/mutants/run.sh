#!/usr/bin/env bash
# Shows that the property tests of the queue notice broken rules: each patch breaks one rule of core, and the property tests alone
# must fail on it. Not part of `dotnet test`; takes about half an hour. Run it after changing core or its property tests:
#   tests/mutants/run.sh [name ...]     without names: all, and results.md is written anew
# Exit code 0 only when every mutant built and was caught. A patch that no longer applies is an error: renew it.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/tests"
cp -r "$root"/core "$work/"
cp -r "$root"/tests/Core.Tests "$work/tests/"
cp "$root"/Directory.*.props "$root"/global.json "$root"/.editorconfig "$work/"
find "$work" -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
cd "$work"
project=tests/Core.Tests/CommandBroker.Core.Tests.csproj

assembly=bin/Release/net10.0/CommandBroker.Core

# A mutant need not please the analyzers. The tests stay as they are, so of a mutant only core is built.
compile() { dotnet build "$@" -c Release --no-restore -v q -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false > build.log 2>&1; }
build() { compile core --no-incremental && cp "core/$assembly.dll" "core/$assembly.pdb" "tests/Core.Tests/${assembly%/*}/"; }
properties() { dotnet test "tests/Core.Tests/$assembly.Tests.dll" --filter Category=Property -- xUnit.StopOnFail=true > test.log 2>&1; }

dotnet restore "$project" -v q > build.log 2>&1 && compile "$project" || { cat build.log; echo "core does not build"; exit 2; }
properties || { tail -40 test.log; echo "core fails its own property tests"; exit 2; }

names=("$@")
if [ $# -eq 0 ]; then
  mapfile -t names < <(cd "$here/patches" && ls -- *.patch | sed 's/\.patch$//')
fi

caught=0
table=""
for name in "${names[@]}"; do
  patch -p1 -s < "$here/patches/$name.patch" || { echo "$name: the patch does not apply"; exit 2; }
  build || { grep -m1 'error' build.log; echo "$name: does not build"; exit 2; }
  if properties; then
    verdict="survived"
  elif grep -q 'CsCheckException' test.log; then
    verdict="caught"
    caught=$((caught + 1))
  else
    tail -20 test.log
    echo "$name: the tests did not run"
    exit 2
  fi
  property=$(sed -n 's/^  Failed .*QueueProperties\.\([A-Za-z_]*\).*/\1/p' test.log | head -1 | tr _ ' ')
  echo "$name: $verdict${property:+ ($property)}"
  table+="| ${name#*-} | $verdict | $property |"$'\n'
  patch -p1 -s -R < "$here/patches/$name.patch"
done

summary="$caught of ${#names[@]} mutants caught"
echo "$summary"
if [ $# -eq 0 ]; then
  {
    printf '# Seeded mutants of core\n\n%s by the property tests alone (`tests/mutants/run.sh`).\n' "$summary"
    printf '%s, core as of commit %s.\n\n' "$(date -u +%Y-%m-%d)" "$(git -C "$root" log -1 --format=%h -- core)"
    printf '| broken rule | verdict | noticed first by |\n|---|---|---|\n%s' "$table"
  } > "$here/results.md"
fi
[ "$caught" -eq "${#names[@]}" ]
