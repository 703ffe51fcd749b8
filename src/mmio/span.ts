/** Where the bytes of one access lie, once its pages are translated. Reused. */
export class Span {
  /** Guest-physical address of the first byte. */
  pa = 0
  /** Bytes that lie on the first page. */
  room = 0
  /** Guest-physical address of the byte that follows these, at the start of another page. */
  nextPa = 0
  /** There are such bytes. */
  crosses = false
  /** The guest may not access these: the accesses end where they begin. */
  blocked = false
  /** The first page, and the other, are Normal Tagged memory; only known where the host has tags. */
  tagged = false
  nextTagged = false
}
