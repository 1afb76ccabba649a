import { api, call, type Source } from '@/api'
import { useT } from '@/i18n'
import { CopyButton } from '@/ui'

/** Code that sends an event to a source of 1C, to be pasted into a module there; nothing for any other source. */
export function CopyOneC({ source, size = 'small' }: { source: Source; size?: 'small' | 'medium' }) {
  const t = useT()
  if (source.preset !== 'onec' || source.damaged) return null
  return (
    <CopyButton size={size} kind="default" text={() => call(api.GET('/api/v1/sources/{name}/onec', { params: { path: { name: source.name } }, parseAs: 'text' }))}>
      {t('sources.copyOneC')}
    </CopyButton>
  )
}
