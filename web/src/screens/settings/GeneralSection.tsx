import { useQuery } from '@tanstack/react-query'
import { sessionQuery } from '@/api'
import { usePreferences } from '@/app/preferences'
import { languages, useT } from '@/i18n'
import { Choices, Panel, Select, Stack, TextField } from '@/ui'
import { Form } from './Form'
import { useSettings } from './useSettings'

export const zones = (): string[] => {
  const list = (Intl as unknown as { supportedValuesOf?: (kind: string) => string[] }).supportedValuesOf?.('timeZone') ?? []
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  return [...new Set([own, 'UTC', ...list])]
}

export function GeneralSection() {
  const t = useT()
  const { language, theme, setLanguage, setTheme } = usePreferences()
  const { data: session } = useQuery(sessionQuery)
  const form = useSettings()
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const all = zones()
  return (
    <Stack gap={16}>
      <Panel title={t('settings.yours')}>
        <Stack gap={16}>
          <Choices label={t('language.title')} inline value={language} onChange={setLanguage} options={languages.map((value) => ({ value, label: value === 'ru' ? 'Русский' : 'English' }))} />
          <Choices
            label={t('theme.title')}
            inline
            value={theme}
            onChange={setTheme}
            options={[
              { value: 'system', label: t('theme.system') },
              { value: 'light', label: t('theme.light') },
              { value: 'dark', label: t('theme.dark') },
            ]}
          />
        </Stack>
      </Panel>
      <Form form={form} title={t('settings.server')}>
        <TextField
          label={t('settings.publicUrl')}
          help={t('settings.publicUrlHelp')}
          placeholder={session?.public_url || 'https://gonets.example.org'}
          type="url"
          mono
          value={form.settings.public_url ?? ''}
          onChange={(public_url) => form.set({ public_url })}
          error={form.at('/public_url')}
        />
        <Select
          label={t('settings.zone')}
          help={t('settings.zoneHelp')}
          searchable
          value={form.settings.time_zone ?? ''}
          onChange={(time_zone) => form.set({ time_zone })}
          error={form.at('/time_zone')}
          options={[{ value: '', label: t('settings.zoneNone') }, ...all.map((value) => ({ value, label: value === own ? t('settings.zoneOwn', { zone: value }) : value }))]}
        />
        <TextField label={t('settings.contact')} help={t('settings.contactHelp')} placeholder="it@example.org" value={form.settings.contact ?? ''} onChange={(contact) => form.set({ contact })} error={form.at('/contact')} />
      </Form>
    </Stack>
  )
}
