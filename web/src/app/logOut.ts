import { api, call } from '@/api'
import type { Translate } from '@/i18n'
import { toastError } from '@/ui'

/** Ends the session. */
export async function logOut(t: Translate): Promise<void> {
  try {
    await call(api.DELETE('/api/v1/session'))
    // The whole page goes, and with it all that was read.
    location.assign('/login')
  } catch (error) {
    toastError(error, t)
  }
}
