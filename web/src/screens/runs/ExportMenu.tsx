import { language, useT } from '@/i18n'
import { Button, Menu } from '@/ui'

// How many runs a file of a format holds, as the server bounds it.
const formats = [
  { format: 'csv', most: 100_000 },
  { format: 'jsonl', most: 10_000 },
  { format: 'har', most: 1_000 },
] as const

/** Takes what the question finds away as a file; the browser writes it while it comes. */
export function ExportMenu({ q }: { q: string }) {
  const t = useT()
  return (
    <Menu
      width={340}
      items={formats.map(({ format, most }) => ({
        label: t(`runs.export.${format}`),
        hint: t('runs.export.csv.hint', { n: most }),
        href: `/api/v1/runs/export?${new URLSearchParams({ format, lang: language(), ...(q && { q }) })}`,
        download: '',
      }))}
    >
      <Button size="small" icon="download">
        {t('export')}
      </Button>
    </Menu>
  )
}
