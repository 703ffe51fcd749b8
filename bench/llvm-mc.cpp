// LLVM 22's MC layer as the peer of bench/decode.js: how long it takes to decode words, and to print them too.
//
//   llvm-mc ROUNDS < words        seconds of the fastest round: getInstruction alone, getInstruction and printInst
//
// Words are little-endian u32, all in memory before the clock starts. Everything that outlives a word is made once: the
// decoder, the printer, the stream's buffer, and the MCInst, which a decode clears.
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

using namespace llvm;

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

int main(int Count, char **Arguments) {
  int Rounds = Count == 2 ? atoi(Arguments[1]) : 0;
  if (Rounds < 1) {
    fprintf(stderr, "usage: llvm-mc ROUNDS < words\n");
    return 2;
  }
  std::vector<uint8_t> Words;
  static uint8_t Buffer[1 << 16];
  while (size_t Read = fread(Buffer, 1, sizeof Buffer, stdin))
    Words.insert(Words.end(), Buffer, Buffer + Read);

  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64Disassembler();
  Triple TT("aarch64");
  std::string Error;
  const Target *T = TargetRegistry::lookupTarget(TT, Error);
  if (!T) {
    fprintf(stderr, "%s\n", Error.c_str());
    return 2;
  }
  MCTargetOptions Options;
  std::unique_ptr<MCRegisterInfo> Registers(T->createMCRegInfo(TT));
  std::unique_ptr<MCAsmInfo> Asm(T->createMCAsmInfo(*Registers, TT, Options));
  std::unique_ptr<MCInstrInfo> Instructions(T->createMCInstrInfo());
  std::unique_ptr<MCSubtargetInfo> Features(T->createMCSubtargetInfo(TT, "", "+all"));
  MCContext Context(TT, Asm.get(), Registers.get(), Features.get());
  std::unique_ptr<MCDisassembler> Decoder(T->createMCDisassembler(*Features, Context));
  std::unique_ptr<MCInstPrinter> Printer(T->createMCInstPrinter(TT, 0, *Asm, *Instructions, *Registers));

  MCInst Inst;
  SmallString<256> Text;
  raw_svector_ostream Stream(Text);
  auto Decode = [&](size_t At) {
    uint64_t Size = 0;
    Inst.clear();
    return Decoder->getInstruction(Inst, Size, ArrayRef<uint8_t>(&Words[At], 4), 0, nulls()) != MCDisassembler::Fail;
  };
  double Fastest[2] = {1e9, 1e9};
  // Counted and printed, so that no round is for nothing.
  size_t Valid = 0, Characters = 0;
  for (int Round = 0; Round < Rounds; Round++) {
    double Start = seconds();
    for (size_t At = 0; At + 4 <= Words.size(); At += 4)
      Valid += Decode(At);
    double Middle = seconds();
    for (size_t At = 0; At + 4 <= Words.size(); At += 4) {
      if (!Decode(At))
        continue;
      Text.clear();
      Printer->printInst(&Inst, 0, "", *Features, Stream);
      Characters += Text.size();
    }
    double End = seconds();
    Fastest[0] = std::min(Fastest[0], Middle - Start);
    Fastest[1] = std::min(Fastest[1], End - Middle);
  }
  printf("%.9f %.9f %zu %zu\n", Fastest[0], Fastest[1], Valid / Rounds, Characters / Rounds);
}
