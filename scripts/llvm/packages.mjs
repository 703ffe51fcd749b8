/**
 * Code that compilers made: the words of .text of arm64 Debian packages, which apt fetches into `.cache/arm64`. A private
 * apt configuration makes arm64 the architecture, so that the machine's own packages stay as they are.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { CACHE, runTool } from './judge.mjs'

/** C, C++ and Fortran run times, cryptography and codecs with hand-written NEON, BLAS, an interpreter, SVE in libx265. */
export const PACKAGES = [
  'libc6',
  'libssl3',
  'libavcodec59',
  'libopenblas0-pthread',
  'libgcc-s1',
  'libstdc++6',
  'libgfortran5',
  'libx265-199',
  'libdav1d6',
  'python3.11-minimal',
]

/**
 * Different words of all code of the packages, ascending.
 *
 * @param report - told of each package: its name, its files with code and their words.
 */
export function packageWords(packages, report) {
  const folder = join(CACHE, 'arm64')
  const chunks = []
  for (const name of fetch(folder, packages)) {
    const chunk = wordsOfFolder(join(folder, 'root', name))
    report(name, chunk.files, chunk.words.length)
    if (chunk.words.length === 0) throw new Error(`the package ${name} has no arm64 code`)
    chunks.push(chunk.words)
  }
  const all = new Uint32Array(chunks.reduce((n, c) => n + c.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  all.sort()
  return { total: all.length, words: all.filter((word, i) => i === 0 || word !== all[i - 1]) }
}

/** The code of a package, in order. */
export function packageCode(name) {
  const folder = join(CACHE, 'arm64')
  fetch(folder, [name])
  return wordsOfFolder(join(folder, 'root', name)).words
}

/** Downloads and unpacks what is not there yet. */
function fetch(folder, packages) {
  const missing = packages.filter((name) => !existsSync(join(folder, 'root', name)))
  if (missing.length === 0) return packages
  for (const sub of ['state/lists/partial', 'cache/archives/partial', 'debs', 'root'])
    mkdirSync(join(folder, sub), { recursive: true })
  writeFileSync(join(folder, 'status'), '')
  const settings = {
    'APT::Architecture': 'arm64',
    'APT::Architectures': 'arm64',
    'APT::Sandbox::User': '',
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  runTool('apt-get', [...options, '-q', 'update'], 'apt')
  const debs = join(folder, 'debs')
  for (const name of missing) {
    runTool('apt-get', [...options, '-q', 'download', `${name}:arm64`], 'apt', { cwd: debs })
    const deb = readdirSync(debs).find((file) => file.startsWith(`${name}_`))
    const root = join(folder, 'root', name)
    runTool('dpkg-deb', ['-x', join(debs, deb), `${root}.part`], 'dpkg')
    runTool('mv', [`${root}.part`, root], 'coreutils')
    rmSync(join(debs, deb))
  }
  return packages
}

function wordsOfFolder(root) {
  const chunks = []
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    if (!isArm64Elf(file)) continue
    const text = textOf(readFileSync(file))
    if (text) chunks.push(text)
  }
  const words = new Uint32Array(chunks.reduce((n, c) => n + c.length, 0))
  let at = 0
  for (const chunk of chunks) {
    words.set(chunk, at)
    at += chunk.length
  }
  return { files: chunks.length, words }
}

/** ELF, 64-bit, little-endian, EM_AARCH64. */
function isArm64Elf(file) {
  const head = Buffer.alloc(20)
  const fd = openSync(file, 'r')
  const read = readSync(fd, head, 0, 20, 0)
  closeSync(fd)
  return read === 20 && head.readUInt32BE(0) === 0x7f454c46 && head.readUInt16BE(4) === 0x0201 && head[18] === 183
}

/** The words of section .text: e_shoff, e_shentsize, e_shnum and e_shstrndx lead to its header (System V ABI, chapter 4). */
function textOf(elf) {
  const table = Number(elf.readBigUInt64LE(0x28))
  const size = elf.readUInt16LE(0x3a)
  const header = (i) => {
    const at = table + i * size
    return {
      name: elf.readUInt32LE(at),
      offset: Number(elf.readBigUInt64LE(at + 0x18)),
      size: Number(elf.readBigUInt64LE(at + 0x20)),
    }
  }
  const count = elf.readUInt16LE(0x3c)
  if (count === 0) return undefined
  const names = header(elf.readUInt16LE(0x3e)).offset
  for (let i = 0; i < count; i++) {
    const section = header(i)
    if (elf.toString('latin1', names + section.name, names + section.name + 6) !== '.text\0') continue
    const words = new Uint32Array(section.size >>> 2)
    for (let w = 0; w < words.length; w++) words[w] = elf.readUInt32LE(section.offset + 4 * w)
    return words
  }
  return undefined
}
