/** A text for any value, for messages: even for one whose own toString throws. */
export function shown(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' || typeof value === 'function' ? typeof value : String(value)
}
