// What the stand-in reads of real machine code: names of kernels and the sizes of their parameters, from ELF's sections
// .nv.info.NAME, whose entries are (format, attribute, 16 bits of size or value).
#include <elf.h>
#include <string.h>

#include "standin.h"

enum { SIZED = 4, PARAMETER = 0x17, PARAMETER_BYTES = 12 };

struct parameter {
  uint32_t index;
  uint16_t ordinal, offset;
  uint32_t packed;  // its size in the bits from 18 on
};

static void read_parameters(const char* at, const char* end, struct function* f) {
  while (at + 4 <= end) {
    uint16_t bytes;
    memcpy(&bytes, at + 2, 2);
    if (at[0] == SIZED && at[1] == PARAMETER && bytes == PARAMETER_BYTES) {
      struct parameter p;
      memcpy(&p, at + 4, sizeof p);
      if (p.ordinal < MOST_ARGUMENTS) {
        f->sizes[p.ordinal] = p.packed >> 18;
        f->count = f->count > p.ordinal ? f->count : p.ordinal + 1;
      }
    }
    at += 4 + (at[0] == SIZED ? bytes : 0);
  }
}

bool is_cubin(const char* image) { return memcmp(image, ELFMAG, SELFMAG) == 0; }

void read_cubin(const char* image, struct object* module) {
  const Elf64_Ehdr* header = (const Elf64_Ehdr*)image;
  const Elf64_Shdr* sections = (const Elf64_Shdr*)(image + header->e_shoff);
  const char* names = image + sections[header->e_shstrndx].sh_offset;
  for (int i = 0; i < header->e_shnum; i++) {
    const char* name = names + sections[i].sh_name;
    if (strncmp(name, ".nv.info.", 9) == 0) {
      struct function* f = add_function(module, name + 9);
      read_parameters(image + sections[i].sh_offset, image + sections[i].sh_offset + sections[i].sh_size, f);
    }
  }
}
