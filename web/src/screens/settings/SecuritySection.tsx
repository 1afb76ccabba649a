import { useT } from '@/i18n'
import { Note, Rich, TagsField } from '@/ui'
import { Form } from './Form'
import { useSettings } from './useSettings'

export function SecuritySection() {
  const t = useT()
  const form = useSettings()
  const networks = form.settings.allow_networks ?? []
  // A network that is refused is named by its place in the list.
  const mistake = form.at('/allow_networks') ?? networks.map((_, index) => form.at(`/allow_networks/${index}`)).find(Boolean)
  return (
    <Form form={form} title={t('settings.networks')}>
      <TagsField label={t('settings.networksLabel')} help={t('settings.networksHelp')} placeholder={networks.length ? undefined : '10.0.0.0/8'} values={networks} onChange={(allow_networks) => form.set({ allow_networks })} error={mistake} />
      <Note tone="muted"><Rich>{t('settings.networksNote')}</Rich></Note>
    </Form>
  )
}
