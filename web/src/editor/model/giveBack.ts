import type { HttpStep, Scenario } from './document'
import { write } from './pointer'
import { walk } from './steps'

type Address = Pick<HttpStep, 'url' | 'query'>

/** Gives a request the address back that it had. Steps may have moved and been changed since: it goes to the step, not to the place, and only while what was made of it stands there. */
export function giveBack(document: Scenario, id: string, made: Address, was: Address): Scenario {
  const placed = walk(document).find(({ step }) => step.id === id)
  const http = placed?.step.http
  if (!placed || !http || http.url !== made.url || JSON.stringify(http.query) !== JSON.stringify(made.query)) return document
  return write(write(document, `${placed.pointer}/http/url`, was.url), `${placed.pointer}/http/query`, was.query)
}
