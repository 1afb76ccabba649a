import type { Key } from '@/i18n'

/** The usual ways in which the test receiver answers: its script, and the words for it. */
export const echoScripts: readonly [string, Key][] = [
  ['500,500,200', 'echo.500'],
  ['503 for 10m', 'echo.503'],
  ['503 for 3h', 'echo.503h'],
  ['cut,200', 'echo.cut'],
  ['429:30,200', 'echo.429'],
  ['delay:20s', 'echo.delay'],
  ['slow:1kb', 'echo.slow'],
  ['hang', 'echo.hang'],
  ['404', 'echo.404'],
]

/** The name of an address of the test receiver, where it is written out and not made of variables. */
export const echoName = (url: string): string | undefined => /\/echo\/([A-Za-z0-9._-]{1,64})(?=$|[/?#])/.exec(url.trim())?.[1]
export const echoNames = /^[A-Za-z0-9._-]{1,64}$/
