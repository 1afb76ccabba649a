import { lazyRouteComponent } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import { part } from '@/api/part'
import { language, useT } from '@/i18n'
import { Button, Menu, toast } from '@/ui'

const ExportColumns = lazyRouteComponent(part(() => import('./ExportColumns')))

// How many runs a file of a format holds, as the server bounds it.
const formats = [
  { format: 'csv', most: 100_000 },
  { format: 'jsonl', most: 10_000 },
  { format: 'har', most: 1_000 },
] as const

/** Takes what the question finds away as a file; the browser writes it while it comes. */
export function ExportMenu({ q, found }: { q: string; found?: { count: number; more: boolean } }) {
  const t = useT()
  const [choosing, setChoosing] = useState(false)
  const files = formats.map(({ format, most }) => ({
    label: t(`runs.export.${format}`),
    hint: found && found.count > most ? t('runs.export.part', { n: most, all: found.count }) : t('runs.export.csv.hint', { n: most }),
    // The browser does not say what stands behind a file's end.
    onClick: found && found.count > most ? () => toast(t('runs.export.cut', { n: most, all: found.count })) : undefined,
    href: `/api/v1/runs/export?${new URLSearchParams({ format, lang: language(), ...(q && { q }) })}`,
    download: '',
  }))
  return (
    <>
      <Menu width={340} items={[...files, { label: t('runs.export.choose'), onClick: () => setChoosing(true) }]}>
        <Button size="small" icon="download">
          {t('export')}
        </Button>
      </Menu>
      {choosing && (
        <Suspense>
          <ExportColumns q={q} onClose={() => setChoosing(false)} />
        </Suspense>
      )}
    </>
  )
}
