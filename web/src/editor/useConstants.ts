import { useQuery } from '@tanstack/react-query'
import { settingsQuery } from '@/api'
import type { Constants } from './parts/describe'

const none: Constants = {}

/** The constants of the settings; none until they are there. */
export function useConstants(): Constants {
  const settings = useQuery(settingsQuery).data as { env?: Constants } | undefined
  return settings?.env ?? none
}
