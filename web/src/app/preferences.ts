import { useQuery } from '@tanstack/react-query'
import { api, ApiError, call, sessionQuery, type Session } from '@/api'
import { setLanguage, t, useLanguage, type Language } from '@/i18n'
import { toastError, useTheme, type ThemeChoice } from '@/ui'

/** Changes the language of these pages, or tells why it stays: the texts of the other one come from the server. */
export const changeLanguage = (next: Language): Promise<void> =>
  setLanguage(next).catch((error: unknown) => toastError(new ApiError({ status: 0, code: 'offline', detail: String(error) }), t))

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
      void changeLanguage(next)
      keep({ language: next })
    },
    setTheme: (next: ThemeChoice) => {
      setTheme(next)
      keep({ theme: next })
    },
  }
}

/** The zone by which the server goes: UTC while its settings name none; unknown before anybody is logged in. */
export const zoneOf = (session: Session): string | undefined => (session.user ? session.time_zone || 'UTC' : undefined)
