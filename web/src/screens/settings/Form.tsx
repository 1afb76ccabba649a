import type { FormEvent, ReactNode } from 'react'
import { useT } from '@/i18n'
import { Button, ErrorNote, Panel, Row, Skeleton, Stack } from '@/ui'
import type { useSettings } from './useSettings'

/** A part of the settings with its button; loading and errors drawn alike. */
export function Form({ form, title, children }: { form: ReturnType<typeof useSettings>; title?: string; children: ReactNode }) {
  const t = useT()
  if (form.loading) return <Skeleton lines={5} height={32} />
  if (!form.loaded) return <ErrorNote error={form.loadError} onRetry={form.reload} />
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void form.save().catch(() => undefined)
  }
  return (
    <Panel title={title}>
      <form onSubmit={submit} noValidate>
        <Stack gap={16}>
          {children}
          {form.loadError && <ErrorNote error={form.loadError} onRetry={form.reload} />}
          {form.failure && <ErrorNote error={form.failure} />}
          <Row>
            <Button kind="main" type="submit" label={title && `${t('save')}: ${title}`} disabled={!form.changed} loading={form.saving}>
              {t('save')}
            </Button>
          </Row>
        </Stack>
      </form>
    </Panel>
  )
}
