import { type AccessForm, type AccessOptions, load, type MemoryAccess, store } from '../../access.ts'

/** A load of `size`-byte elements of memory into `lane`-byte elements of scalable vectors. */
export function loadElements(form: AccessForm, size: number, lane: number, options: AccessOptions = {}): MemoryAccess {
  return load(size, { ...options, bank: 'Z', lane }, form)
}

/** A store of the low `size` bytes of `lane`-byte elements; a lane of 0 is by the word's size or sz. */
export function storeElements(form: AccessForm, size: number, lane: number, options: AccessOptions = {}): MemoryAccess {
  return store(size, { ...options, bank: 'Z', lane }, form)
}
