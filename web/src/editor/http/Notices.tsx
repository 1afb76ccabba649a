import type { Preview } from '@/api'
import { useT, type Key } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import css from '../editor.module.css'

const noticeKeys: Record<string, Key> = {
  'url.trimmed': 'url.trimmed',
  'url.scheme': 'notice.scheme',
  'body.in_query': 'notice.inQuery',
  'destination.closed': 'notice.closed',
  'tls.server_name': 'notice.serverName',
  'reply.none': 'notice.noReply',
}

/** What the server remarks of a request that it built: before it is sent, and where a check only shows it. */
export function Notices({ notices }: { notices: NonNullable<Preview['request']>['notices'] }) {
  const t = useT()
  return notices.map((notice) => {
    const key = Object.hasOwn(noticeKeys, notice.code) ? noticeKeys[notice.code] : undefined
    return (
      <p key={notice.code} className={css.willSendNotice}>
        {key ? t(key) : problemWords({ code: notice.code, message: notice.detail })}
      </p>
    )
  })
}
