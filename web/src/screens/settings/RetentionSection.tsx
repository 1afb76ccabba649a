import { useT } from '@/i18n'
import { Note, NumberField, Stack } from '@/ui'
import { ErasePanel } from './ErasePanel'
import { Form } from './Form'
import { MaskingPanel } from './MaskingPanel'
import { StoragePanel } from './StoragePanel'
import { useSettings } from './useSettings'

const gigabyte = 1024 ** 3

/** Days of a time span of the document: 30d, 720h. */
export function daysOf(age: string | undefined): number | undefined {
  const match = /^(?:(\d+)d)?(?:(\d+)h)?(?:\d+m)?(?:\d+s)?$/.exec(age ?? '')
  if (!age || !match) return undefined
  return Number(match[1] ?? 0) + Math.floor(Number(match[2] ?? 0) / 24)
}

export function RetentionSection() {
  const t = useT()
  const form = useSettings()
  const retention = form.settings.retention ?? {}
  const put = (next: { age?: string; size?: number }) => {
    const whole = { ...retention, ...next }
    form.set({ retention: whole.age || whole.size ? whole : undefined })
  }
  return (
    <Stack gap={16}>
      <Form form={form} title={t('settings.retentionTitle')}>
        <NumberField
          label={t('settings.age')}
          help={t('settings.ageHelp')}
          unit={t('settings.days')}
          min={1}
          max={3650}
          placeholder={`30 ${t('settings.days')}`}
          width={240}
          value={daysOf(retention.age)}
          onChange={(days) => put({ age: days ? `${days}d` : undefined })}
          error={form.at('/retention/age')}
        />
        <NumberField
          label={t('settings.size')}
          help={t('settings.sizeHelp')}
          unit={t('settings.gigabytes')}
          min={0}
          whole={false}
          width={240}
          placeholder={t('settings.noLimit')}
          value={retention.size ? retention.size / gigabyte : undefined}
          onChange={(gigabytes) => put({ size: gigabytes ? Math.round(gigabytes * gigabyte) : undefined })}
          error={form.at('/retention/size')}
        />
        <Note tone="muted">{t('settings.keptLonger')}</Note>
      </Form>
      <StoragePanel />
      <MaskingPanel />
      <ErasePanel />
    </Stack>
  )
}
