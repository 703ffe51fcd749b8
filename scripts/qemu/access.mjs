#!/usr/bin/env node
/**
 * Cases for `nisv conform access`, of QEMU.
 *
 *   node scripts/qemu/access.mjs [--seed S] [--n N (5000)] [--out FILE] [--dist DIR]
 */
import { accessCases } from './access/cases.mjs'
import { loadDecoder, readOptions, writeFile } from './cli.mjs'

const { dist, out, ...options } = readOptions(5000)
writeFile(out, accessCases(await loadDecoder(dist), options))
