import { useQuery } from '@tanstack/react-query'
import { api, call, sessionQuery, type Session } from '@/api'
import { language as shown, setLanguage, t, useLanguage, type Language } from '@/i18n'
import { toast, useTheme, type ThemeChoice } from '@/ui'

/** Changes the language of these pages, or tells that it stays: the texts of the other one come from the server, and may not come. */
export const changeLanguage = (next: Language): Promise<void> => setLanguage(next).catch(() => void toast(t('language.failed'), { tone: 'error' }))

/** The language and the theme of these pages. The account remembers both, so that another browser looks alike. */
export function usePreferences() {
  const { data: session } = useQuery(sessionQuery)
  const { theme, setTheme } = useTheme()
  const language = useLanguage()
  // Nothing waits for it: a server out of reach must not keep a page dark.
  const keep = (change: { language?: Language; theme?: ThemeChoice }) => {
    if (session?.user) void call(api.PATCH('/api/v1/me', { body: change })).catch(() => undefined)
  }
  return {
    language,
    theme,
    setLanguage: (next: Language) => {
      // Only what is shown is remembered: it may have failed, or somebody has chosen again.
      void changeLanguage(next).then(() => shown() === next && keep({ language: next }))
    },
    setTheme: (next: ThemeChoice) => {
      setTheme(next)
      keep({ theme: next })
    },
  }
}

/** The zone by which the server goes: UTC while its settings name none; unknown before anybody is logged in. */
export const zoneOf = (session: Session): string | undefined => (session.user ? session.time_zone || 'UTC' : undefined)
