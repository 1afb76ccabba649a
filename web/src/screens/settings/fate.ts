import type { Notice } from '@/api'
import type { Key } from '@/i18n'
import type { BadgeTone } from '@/ui'

/** How news fares: all of it, or in one channel. */
export type Fate = Pick<Notice, 'state' | 'tries' | 'due_at' | 'held_by'>

/** What is said of it; with a time when it waits for one that is still to come. */
export function fateOf(told: Fate, now: number = Date.now()): { tone: BadgeTone; label: Key; at?: string } {
  if (told.state === 'sent') return { tone: 'ok', label: 'notice.sent' }
  if (told.state === 'failed') return { tone: 'error', label: 'notice.failed' }
  const at = told.due_at
  if (at === undefined || Date.parse(at) <= now) return { tone: 'info', label: 'notice.pending' }
  if (told.tries > 0) return { tone: 'warn', label: 'notice.retried', at }
  return { tone: 'info', label: told.held_by === 'quiet_hours' ? 'notice.goesQuiet' : 'notice.goes', at }
}
