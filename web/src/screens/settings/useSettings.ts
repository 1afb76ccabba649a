import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, ApiError, call, callTagged, keys, settingsQuery, type Mail } from '@/api'
import { useT } from '@/i18n'
import { toast } from '@/ui'

/** The settings document, as far as these pages know it; what they do not know they keep. */
export interface Settings {
  title?: string
  public_url?: string
  time_zone?: string
  allow_networks?: string[]
  retention?: { age?: string; size?: number }
  masking?: { fields?: string[] }
  env?: Record<string, string>
  contact?: string
  mail?: Mail
  notices?: Notices
}

/** A way by which people are told beside mail. */
export interface Channel {
  name: string
  kind: 'webhook' | 'telegram'
  url?: string
  key?: { secret: string }
  token?: { secret: string }
  chat?: string
}

export interface Notices {
  channels?: Channel[]
  rules?: Record<string, Rule>
  quiet_hours?: { from?: string; to?: string }
}

/** Whether and where one kind of news is told; what is left out is usual. */
export interface Rule {
  on?: boolean
  channels?: string[]
  scenarios?: string[]
  sources?: string[]
  urgent?: boolean
  after?: string
  new?: boolean
  share?: number
  least?: number
  within?: string
  at?: string
  day?: string
  empty?: boolean
}

/** What one form changed of the notices, over what another has saved meanwhile. */
export function onto(fresh: Notices | undefined, seen: Notices | undefined, mine: Notices): Notices {
  const out: Notices = { ...fresh }
  const take = <K extends keyof Notices>(key: K) => {
    if (JSON.stringify(mine[key]) !== JSON.stringify(seen?.[key])) out[key] = mine[key]
  }
  take('channels')
  take('rules')
  take('quiet_hours')
  return out
}

/** What was typed and not yet saved, and the notices that it was typed over. */
export interface Edit {
  changes: Partial<Settings>
  seen?: Notices | undefined
}

/** The notices are changed as a whole: what they were is kept from the first change on, for another form may save meanwhile. */
export function typed(old: Edit, next: Partial<Settings>, saved: Settings | undefined): Edit {
  return { changes: { ...old.changes, ...next }, seen: old.changes.notices ? old.seen : saved?.notices }
}

/** The document to save: what was typed over what the server has now, for another page may have saved another part meanwhile. */
export function settled(fresh: Settings, { changes, seen }: Edit, extra?: Partial<Settings>): Record<string, unknown> {
  const next: Record<string, unknown> = { ...fresh, ...changes, ...extra }
  if (changes.notices) next.notices = onto(fresh.notices, seen, changes.notices)
  for (const [name, value] of Object.entries(next)) if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) delete next[name]
  return next
}

const tries = 3

/** A part of the settings as a form: what was typed lives here until it is saved. */
export function useSettings() {
  const t = useT()
  const queries = useQueryClient()
  const { data, error, isPending, refetch } = useQuery(settingsQuery)
  const saved = data as Settings | undefined
  const [edit, setEdit] = useState<Edit>({ changes: {} })
  const { changes } = edit
  const save = useMutation({
    mutationFn: async (extra: Partial<Settings> | undefined) => {
      for (let left = tries; ; left--) {
        const { data: fresh, etag } = await callTagged(api.GET('/api/v1/settings'))
        try {
          return await call(api.PUT('/api/v1/settings', { params: { header: { 'If-Match': etag } }, body: settled(fresh as Settings, edit, extra) }))
        } catch (error) {
          // Somebody saved between both calls: what was typed goes over that, too.
          if (!(error instanceof ApiError) || error.code !== 'draft.conflict' || left === 0) throw error
        }
      }
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.settings })
      void queries.invalidateQueries({ queryKey: keys.session })
      setEdit({ changes: {} })
      toast(t('settings.saved'))
    },
  })
  const changed = Object.keys(changes).length > 0
  useEffect(() => {
    if (!changed) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [changed])
  const refused = save.error instanceof ApiError ? save.error : undefined
  return {
    settings: { ...saved, ...changes } as Settings,
    set: (next: Partial<Settings>) => setEdit((old) => typed(old, next, saved)),
    changed,
    save: (extra?: Partial<Settings>) => save.mutateAsync(extra),
    saving: save.isPending,
    /** The message for one member of the document. */
    at: (pointer: string) => refused?.at(pointer),
    /** An error that belongs to no field of the form. */
    failure: refused && refused.problems.length > 0 ? undefined : save.error,
    loadError: error,
    loading: isPending,
    /** Whether the saved settings are known: what was typed over them stays when they cannot be read anew. */
    loaded: saved !== undefined,
    reload: () => void refetch(),
  }
}
