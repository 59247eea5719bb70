// check-kubernetes.mjs FILE…: every document of the files is what its kind's schema of the Kubernetes API allows, says where it is not, and names
// nothing that the schema has not. The schemas' own validators pass unknown names over, so the types made from the same schemas check those.
import { readFileSync, writeFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

const here = dirname(fileURLToPath(import.meta.url));
const faults = [];
const typed = [];

for (const file of process.argv.slice(2)) {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'), { uniqueKeys: true })) {
    const found = document.toJS();
    const { apiVersion, kind, metadata } = found;
    const name = `${file}: ${kind} ${metadata?.name}`;
    faults.push(...document.errors.map(error => `${name}: ${error.message}`));
    try {
      const { [kind]: Model } = await import(`kubernetes-models/${apiVersion}/${kind}`);
      new Model(found).validate();
      typed.push({ name, line: `import { I${kind} as T${typed.length} } from 'kubernetes-models/${apiVersion}/${kind}'; export const v${typed.length}: T${typed.length} = ${JSON.stringify(found)};` });
    } catch (error) {
      faults.push(`${name}: ${error.message}`);
    }
  }
}

const source = join(here, 'manifests.ts');
writeFileSync(source, typed.map(({ line }) => line).join('\n'));
const program = ts.createProgram([source], { strict: true, noEmit: true, skipLibCheck: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: [] });
for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
  const at = file?.fileName === source ? typed[file.getLineAndCharacterOfPosition(start).line].name : 'types';
  faults.push(`${at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

rmSync(source);
faults.forEach(fault => console.error(fault));
console.log(`${typed.length} manifests hold to the Kubernetes API's schemas, ${faults.length} faults`);
process.exit(faults.length || typed.length === 0 ? 1 : 0);
