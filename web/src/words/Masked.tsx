import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { settingsQuery } from '@/api'
import { useT } from '@/i18n'
import { Muted, Stack } from '@/ui'
import css from './Masked.module.css'

/** Why *** may stand in some of the texts for a hidden value (or the sender wrote it), where that is decided, and that nobody is shown the values. */
export function Masked({ texts }: { texts: (string | undefined)[] }) {
  return texts.some((text) => text?.includes('***')) ? <Why /> : null
}

function Why() {
  const t = useT()
  const { data } = useQuery(settingsQuery)
  const fields = (data as { masking?: { fields?: string[] } } | undefined)?.masking?.fields ?? []
  return (
    <details className={css.why}>
      <summary>{t('masked.why')}</summary>
      <Stack gap={4}>
        <Muted small>{t('masked.always')}</Muted>
        {fields.length > 0 && (
          <Muted small>
            {t('masked.fields', { fields: fields.join(', ') })}{' '}
            <Link to="/settings/$section" params={{ section: 'retention' }}>
              {t('masked.change')}
            </Link>
          </Muted>
        )}
        <Muted small>{t('masked.nobody')}</Muted>
      </Stack>
    </details>
  )
}
