/** What is still missing before a scenario can start. */
import { problemWords } from '@/i18n/problem'
import type { Problem } from './draft'
import type { Scenario } from './document'
import { kindOf } from './document'
import { byPointer, walk } from './steps'

export interface Lack {
  /** Where the field stands; /sources for the source. */
  pointer: string
  /** Set for what this page can say in its own words. */
  what: 'source' | 'steps' | 'url' | 'title' | 'branch' | 'condition' | 'problem'
  number: string
  title: string
  words: string
}

/** Own findings and the server's problems that they do not already tell, in the order of the steps. */
export function missing(document: Scenario, problems: readonly Problem[]): Lack[] {
  const out: Lack[] = []
  const add = (pointer: string, what: Lack['what'], words = ''): void => {
    if (out.some((lack) => lack.pointer === pointer)) return
    const placed = byPointer(document, pointer)
    out.push({ pointer, what, words, number: placed?.number ?? '', title: placed?.step.title ?? '' })
  }
  if ((document.sources ?? []).length === 0) add('/sources', 'source')
  if (document.steps.length === 0) add('/steps', 'steps')
  for (const { step, pointer } of walk(document)) {
    if (step.http && step.http.url.trim() === '') add(`${pointer}/http/url`, 'url')
    if (kindOf(step) === 'if' && (step.if ?? '').trim() === '') add(`${pointer}/if`, 'condition')
  }
  for (const problem of problems) {
    if (out.some((lack) => lack.pointer === problem.pointer)) continue
    add(problem.pointer, 'problem', problemWords(problem))
  }
  const order = walk(document).map(({ pointer }) => pointer)
  const nth = (lack: Lack): number => order.indexOf(byPointer(document, lack.pointer)?.pointer ?? '')
  return out.sort((one, other) => nth(one) - nth(other))
}
