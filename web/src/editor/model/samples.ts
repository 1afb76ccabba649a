/** The events that steps are tried on, of all sources of a scenario. */

interface Came {
  id: string
  received_at: string
}

/** The newest events of all lists. Ids sort by time, so of one moment the later one is first. */
export function newest<E extends Came>(lists: readonly (readonly E[])[], most: number): E[] {
  const at = (event: E) => Date.parse(event.received_at)
  return lists
    .flat()
    .sort((a, b) => at(b) - at(a) || (a.id < b.id ? 1 : -1))
    .slice(0, most)
}

/** Puts a source back where it stood, unless it is there again; what was changed meanwhile stays. */
export function withSource(names: readonly string[] | undefined, name: string, at: number): string[] {
  const now = names ?? []
  return now.includes(name) ? [...now] : [...now.slice(0, at), name, ...now.slice(at)]
}

/** What is to be picked when an event's fields are used; nothing when it is the one that is shown anyway. The newest is not pinned: the ones that come after it are followed. */
export function toUse<E extends { id: string }>(wanted: E, events: readonly E[], picked: E | undefined): { event: E | undefined } | undefined {
  if (picked?.id === wanted.id) return undefined
  return { event: events[0]?.id === wanted.id ? undefined : wanted }
}
