import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface File {
  path: string
  text: string
}

/** All files of the code under a folder, its tests only when asked for. */
export function code(folder = 'src', tests = false): File[] {
  const out: File[] = []
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) out.push(...code(path, tests))
    else if (/\.tsx?$/.test(name) && (tests || !/\.test\.tsx?$/.test(name)) && !name.endsWith('.d.ts')) out.push({ path, text: readFileSync(path, 'utf8') })
  }
  return out
}
