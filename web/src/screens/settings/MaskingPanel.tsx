import { useT } from '@/i18n'
import { Note, TagsField } from '@/ui'
import { Form } from './Form'
import { useSettings } from './useSettings'

/** Which fields nobody is shown. */
export function MaskingPanel() {
  const t = useT()
  const form = useSettings()
  const fields = form.settings.masking?.fields ?? []
  const wrong = form.at('/masking/fields') ?? fields.map((_, i) => form.at(`/masking/fields/${i}`)).find(Boolean)
  return (
    <Form form={form} title={t('masking.title')}>
      <TagsField
        label={t('masking.fields')}
        help={t('masking.help')}
        placeholder={fields.length ? undefined : 'phone'}
        values={fields}
        onChange={(next) => form.set({ masking: next.length ? { fields: next } : undefined })}
        error={wrong}
      />
      <Note tone="muted">{t('masking.note')}</Note>
    </Form>
  )
}
