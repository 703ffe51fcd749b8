// What LLVM makes of A64 words: the judge of nisv's text. Built on demand by ../llvm.mjs.
//
//   disassemble text < words      a line a word: LLVM's opcode, status, text with aliases, text without
//   disassemble opcodes < words   4 bytes a word: opcode number (little-endian u16), status, 0
//   disassemble names             a line an opcode, by number
//   disassemble features          a line a feature of LLVM's that is on
//
// A further argument has the features, as --mattr takes them: `+v8.2a,+sve`; `+all` without it.
//
// Words are little-endian u32. Status: 0 undecodable, 1 potentially undefined (SoftFail), 3 plain. The C API counts
// SoftFail as a failure and llvm-mc tells it on another stream, hence a program of our own. Text is llvm-mc's without
// the comments; `=` stands for a second text equal to the first.
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
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

using namespace llvm;

namespace {

/// One line: tabs as spaces, no margin, no comment (`// =802816`).
void tidy(std::string &Text) {
  for (char &C : Text)
    if (C == '\t' || C == '\n')
      C = ' ';
  if (size_t Comment = Text.find(" //"); Comment != std::string::npos)
    Text.resize(Comment);
  Text.erase(Text.find_last_not_of(' ') + 1);
  Text.erase(0, Text.find_first_not_of(' '));
}

struct Judge {
  Triple TT{"aarch64"};
  const Target *T = nullptr;
  MCTargetOptions Options;
  std::unique_ptr<MCRegisterInfo> Registers;
  std::unique_ptr<MCAsmInfo> Asm;
  std::unique_ptr<MCInstrInfo> Instructions;
  std::unique_ptr<MCSubtargetInfo> Features;
  std::unique_ptr<MCContext> Context;
  std::unique_ptr<MCDisassembler> Decoder;
  std::unique_ptr<MCInstPrinter> Aliases, Plain;

  explicit Judge(const char *Wanted) {
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64Disassembler();
    std::string Error;
    T = TargetRegistry::lookupTarget(TT, Error);
    if (!T) {
      fprintf(stderr, "%s\n", Error.c_str());
      exit(2);
    }
    Registers.reset(T->createMCRegInfo(TT));
    Asm.reset(T->createMCAsmInfo(*Registers, TT, Options));
    Instructions.reset(T->createMCInstrInfo());
    Features.reset(T->createMCSubtargetInfo(TT, "", Wanted));
    Context = std::make_unique<MCContext>(TT, Asm.get(), Registers.get(), Features.get());
    Decoder.reset(T->createMCDisassembler(*Features, *Context));
    Aliases = printer();
    Plain = printer();
    Plain->applyTargetSpecificCLOption("no-aliases");
  }

  std::unique_ptr<MCInstPrinter> printer() {
    std::unique_ptr<MCInstPrinter> P(T->createMCInstPrinter(TT, 0, *Asm, *Instructions, *Registers));
    P->setPrintImmHex(false);
    return P;
  }

  MCDisassembler::DecodeStatus decode(const uint8_t *Word, MCInst &Inst) {
    uint64_t Size = 0;
    return Decoder->getInstruction(Inst, Size, ArrayRef<uint8_t>(Word, 4), 0, nulls());
  }

  std::string text(MCInstPrinter &P, const MCInst &Inst) {
    std::string Text;
    raw_string_ostream Stream(Text);
    P.printInst(&Inst, 0, "", *Features, Stream);
    Stream.flush();
    tidy(Text);
    return Text;
  }
};

} // namespace

int main(int Count, char **Arguments) {
  std::string Mode = Count == 2 || Count == 3 ? Arguments[1] : "";
  Judge J(Count == 3 ? Arguments[2] : "+all");
  std::string Out;
  auto flush = [&Out] {
    fwrite(Out.data(), 1, Out.size(), stdout);
    Out.clear();
  };
  if (Mode == "names") {
    for (unsigned I = 0; I < J.Instructions->getNumOpcodes(); I++)
      Out += J.Instructions->getName(I).str() + "\n";
    flush();
    return 0;
  }
  if (Mode == "features") {
    for (const SubtargetFeatureKV &Feature : J.Features->getAllProcessorFeatures())
      if (J.Features->getFeatureBits().test(Feature.Value))
        Out += std::string(Feature.Key) + "\n";
    flush();
    return 0;
  }
  if (Mode != "text" && Mode != "opcodes") {
    fprintf(stderr, "usage: disassemble text|opcodes|names|features [FEATURES]\n");
    return 2;
  }
  static uint8_t Words[1 << 16];
  while (size_t Read = fread(Words, 4, sizeof Words / 4, stdin)) {
    for (size_t I = 0; I < Read; I++) {
      MCInst Inst;
      int Status = J.decode(Words + 4 * I, Inst);
      unsigned Opcode = Status == MCDisassembler::Fail ? 0 : Inst.getOpcode();
      if (Mode == "opcodes") {
        Out += {char(Opcode), char(Opcode >> 8), char(Status), 0};
      } else if (Status == MCDisassembler::Fail) {
        Out += "\t0\t\t\n";
      } else {
        std::string First = J.text(*J.Aliases, Inst);
        std::string Second = J.text(*J.Plain, Inst);
        Out += J.Instructions->getName(Opcode).str() + '\t' + char('0' + Status) + '\t' + First + '\t' +
               (First == Second ? "=" : Second) + '\n';
      }
    }
    flush();
  }
}
