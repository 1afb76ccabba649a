import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Source } from '@/api'
import { useT } from '@/i18n'
import { Blank, Button, Muted } from '@/ui'
import type { Titles } from '@/words/titles'

/** How many are named before the rest is only counted. */
const few = 3

/** The scenarios that a source feeds, as links; many of them are not all shown at once. */
export function Feeds({ source, titleOf }: { source: Source; titleOf: Titles }) {
  const t = useT()
  const [whole, setWhole] = useState(false)
  if (source.scenarios.length === 0) return <Muted>{t('sources.feedsNone')}</Muted>
  const shown = whole || source.scenarios.length <= few + 1 ? source.scenarios : source.scenarios.slice(0, few)
  const rest = source.scenarios.length - shown.length
  return (
    <>
      {shown.map((name, index) => (
        <span key={name}>
          {index > 0 && ', '}
          <Link to="/scenarios/$name" params={{ name }}>
            {titleOf(name) || <Blank />}
          </Link>
        </span>
      ))}
      {rest > 0 && (
        <>
          {' '}
          <Button size="small" kind="quiet" onClick={() => setWhole(true)}>
            {t('sources.feedsMore', { n: rest })}
          </Button>
        </>
      )}
    </>
  )
}
