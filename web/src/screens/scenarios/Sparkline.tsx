/** Runs hour by hour: what was done grows up from the line, what failed stands above it in its own colour. */
export function Sparkline({ buckets, width = 72, height = 20 }: { buckets: readonly { done: number; failed: number }[]; width?: number; height?: number }) {
  const most = Math.max(1, ...buckets.map((b) => b.done + b.failed))
  const step = width / Math.max(1, buckets.length)
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden focusable="false" style={{ flex: 'none' }}>
      {buckets.map((bucket, index) => {
        const scale = (n: number) => (n === 0 ? 0 : Math.max(2, (n / most) * (height - 1)))
        const done = scale(bucket.done)
        const failed = scale(bucket.failed)
        const x = index * step
        return (
          <g key={index}>
            <rect x={x} y={height - 1} width={step - 1} height={1} fill="var(--line)" />
            {done > 0 && <rect x={x} y={height - done} width={step - 1} height={done} fill="var(--accent)" />}
            {failed > 0 && <rect x={x} y={Math.max(0, height - done - failed)} width={step - 1} height={failed} fill="var(--error)" />}
          </g>
        )
      })}
    </svg>
  )
}
