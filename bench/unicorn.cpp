// Unicorn 2 as the peer of bench/faults.js: one instruction whose access ends in the callbacks of uc_mmio_map.
//
//   unicorn TURNS COUNT WORD...      for each word, X0 at the device, nanoseconds of the fastest turn, three ways, and how
//                                    often the device is called; or `-` and why, where Unicorn does not execute the word, or does not ask the device
//
// fault    what a handler of faults has to do: X0 to X30, SP and PC of the stopped vCPU go in, the word at PC is looked at
//          (uc_ctl_remove_cache: the guest may have changed it, and Unicorn does not look again), one instruction is executed
//          with its access in a callback, the registers come out. Less than nisv does: memory is mapped once, stage 1 is off
//          where nisv walks the guest's tables, and SIMD&FP registers stay inside.
// until    uc_emu_start with the address of the next instruction, which translates it anew: no registers but X0 go in, none
//          come out.
// engine   uc_emu_start with count 1 on a word that is known not to have changed: the execution of a translated block and
//          the callback, no more. A guest that changes its code would have the old instruction executed.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <unicorn/unicorn.h>

namespace {

constexpr uint64_t CODE = 0x200000;
constexpr uint64_t DEVICE = 0x9000000;

uint64_t calls = 0;

uint64_t readDevice(uc_engine *, uint64_t, unsigned, void *) {
  calls++;
  return 0;
}

void writeDevice(uc_engine *, uint64_t, unsigned, uint64_t, void *) { calls++; }

/** Why a word is not measured. */
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void check(uc_err error, const char *what) {
  if (error != UC_ERR_OK)
    throw Refused(std::string(what) + ": " + uc_strerror(error));
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/** X0 to X30, SP, PC. */
constexpr int REGISTERS = 33;

struct Bench {
  uc_engine *engine;
  int numbers[REGISTERS];
  uint64_t values[REGISTERS] = {};
  void *pointers[REGISTERS];

  explicit Bench(uint32_t word) {
    check(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &engine), "uc_open");
    // All that this Unicorn knows; otherwise it is a Cortex-A57.
    check(uc_ctl_set_cpu_model(engine, UC_CPU_ARM64_MAX), "uc_ctl_set_cpu_model");
    check(uc_mem_map(engine, CODE, 0x1000, UC_PROT_ALL), "uc_mem_map");
    check(uc_mmio_map(engine, DEVICE, 0x1000, readDevice, nullptr, writeDevice, nullptr), "uc_mmio_map");
    check(uc_mem_write(engine, CODE, &word, 4), "uc_mem_write");
    // CPACR_EL1.FPEN and ZEN: SIMD&FP and SVE instructions are not trapped.
    uint64_t enabled = 3 << 20 | 3 << 16;
    check(uc_reg_write(engine, UC_ARM64_REG_CPACR_EL1, &enabled), "CPACR_EL1");
    for (int i = 0; i < REGISTERS; i++) {
      numbers[i] = i < 29   ? UC_ARM64_REG_X0 + i
                   : i == 29 ? UC_ARM64_REG_X29
                   : i == 30 ? UC_ARM64_REG_X30
                   : i == 31 ? UC_ARM64_REG_SP
                             : UC_ARM64_REG_PC;
      pointers[i] = &values[i];
    }
  }
  ~Bench() { uc_close(engine); }

  void engineOnly(bool byCount) {
    uint64_t base = DEVICE + 0x100;
    check(uc_reg_write(engine, UC_ARM64_REG_X0, &base), "X0");
    check(uc_emu_start(engine, CODE, byCount ? ~0ull : CODE + 4, 0, byCount ? 1 : 0), "uc_emu_start");
  }

  void fault() {
    values[0] = DEVICE + 0x100;
    values[REGISTERS - 1] = CODE;
    check(uc_reg_write_batch(engine, numbers, pointers, REGISTERS), "uc_reg_write_batch");
    check(uc_ctl_remove_cache(engine, CODE, CODE + 4), "uc_ctl_remove_cache");
    check(uc_emu_start(engine, CODE, ~0ull, 0, 1), "uc_emu_start");
    check(uc_reg_read_batch(engine, numbers, pointers, REGISTERS), "uc_reg_read_batch");
    if (values[REGISTERS - 1] != CODE + 4)
      throw Refused("the instruction did not retire");
  }
};

/** Nanoseconds of `run` in the fastest turn; the first one translates. */
template <typename Run> double fastest(int turns, int count, Run run) {
  double best = 1e9;
  for (int turn = 0; turn <= turns; turn++) {
    uint64_t before = calls;
    double start = seconds();
    for (int i = 0; i < count; i++)
      run();
    double time = seconds() - start;
    if (turn > 0 && time < best)
      best = time;
    if (calls - before < static_cast<uint64_t>(count))
      throw Refused("the device is not asked");
  }
  return best / count * 1e9;
}

} // namespace

int main(int argc, char **argv) {
  int turns = argc > 3 ? atoi(argv[1]) : 0;
  int count = argc > 3 ? atoi(argv[2]) : 0;
  if (turns < 1 || count < 1) {
    fprintf(stderr, "usage: unicorn TURNS COUNT WORD...\n");
    return 2;
  }
  for (int i = 3; i < argc; i++) {
    uint32_t word = static_cast<uint32_t>(strtoul(argv[i], nullptr, 16));
    try {
      Bench bench(word);
      double fault = fastest(turns, count, [&] { bench.fault(); });
      double until = fastest(turns, count, [&] { bench.engineOnly(false); });
      double engine = fastest(turns, count, [&] { bench.engineOnly(true); });
      uint64_t before = calls;
      bench.fault();
      printf("%.1f %.1f %.1f %d\n", fault, until, engine, static_cast<int>(calls - before));
    } catch (const Refused &refused) {
      printf("- %s\n", refused.what());
    }
  }
}
