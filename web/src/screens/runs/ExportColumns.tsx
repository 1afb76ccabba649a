import { useState } from 'react'
import type { operations } from '@/api'
import { language, useT } from '@/i18n'
import { Button, Checkbox, Dialog, Muted, Stack } from '@/ui'
import css from './Runs.module.css'

type Column = NonNullable<NonNullable<operations['export-runs']['parameters']['query']>['columns']>[number]

const usual = ['run', 'time', 'state', 'reason', 'scenario', 'version', 'source', 'data', 'attempts', 'status', 'error', 'next_try', 'ended', 'lane', 'event', 'reason_code', 'error_code'] satisfies Column[]
const ofLastAttempt = ['address', 'request', 'reply'] satisfies Column[]
const all: readonly Column[] = [...usual, ...ofLastAttempt]

const place = 'gonets.columns'
function remembered(): Column[] {
  try {
    const kept = localStorage.getItem(place)?.split(',') ?? []
    const known = all.filter((one) => kept.includes(one))
    return known.length > 0 ? known : usual
  } catch {
    return usual
  }
}

/** How many runs a table with bodies holds, as the server bounds it. */
const most = 10_000

/** Asks which columns a table shall have; the next table begins with the same ones. */
export default function ExportColumns({ q, onClose }: { q: string; onClose: () => void }) {
  const t = useT()
  const [chosen, setChosen] = useState<readonly Column[]>(remembered)
  const toggle = (column: Column, on: boolean) => setChosen(all.filter((one) => (one === column ? on : chosen.includes(one))))
  const take = () => {
    try {
      localStorage.setItem(place, chosen.join(','))
    } catch {
      // A browser that keeps nothing asks anew each time.
    }
    onClose()
  }
  const box = (column: Column) => <Checkbox key={column} label={t(`runs.column.${column}`)} checked={chosen.includes(column)} onChange={(on) => toggle(column, on)} />
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('runs.export.columns')}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button
            kind="main"
            icon="download"
            onClick={take}
            disabled={chosen.length === 0}
            href={chosen.length > 0 ? `/api/v1/runs/export?${new URLSearchParams({ format: 'csv', lang: language(), columns: chosen.join(','), ...(q && { q }) })}` : undefined}
            download=""
          >
            {t('export')}
          </Button>
        </>
      }
    >
      <Stack gap={16}>
        <div className={css.columns}>{usual.map(box)}</div>
        <Muted>{t('runs.export.lastAttempt')}</Muted>
        <div className={css.columns}>{ofLastAttempt.map(box)}</div>
        <Muted>{t('runs.export.bodies', { n: most })}</Muted>
      </Stack>
    </Dialog>
  )
}
