package io.gensweep.model;

import static io.gensweep.model.GpuLife.IMAGE;
import static io.gensweep.model.GpuLife.bits;
import static io.gensweep.model.GpuLife.launch;
import static io.gensweep.model.GpuOperators.bytes;
import static io.gensweep.model.GpuOperators.floats;
import static io.gensweep.model.GpuOperators.floatsOf;
import static io.gensweep.model.GpuOperators.longs;
import static io.gensweep.model.GpuOperators.refusal;
import static io.gensweep.model.GpuOperators.scalar;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.translate.TranslateException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** What operators on GPUs do where nothing fails. */
record GpuWorkChecks(GpuOperators gpu, StandIn driver) {
  private static final String NO_GPU = "there is no GPU of this handle";
  private static final String OUTSIDE = "bytes at the address are not within one allocation";

  void factsAreThoseOfTheDevice() throws TranslateException {
    assertThat(gpu.number("gpu_count")).isEqualTo(2);
    LongBuffer facts =
        gpu.call("gpu_facts", longs(new long[8]), bytes(new byte[96]), scalar(1)).asLongBuffer();
    long[] values = new long[8 + 96];
    facts.get(values);
    assertThat(values)
        .startsWith(90, 256 << 20, 256 << 20, 13000, 132, 232448, 0, 0)
        .endsWith(new long[96 - 10]);
    StringBuilder name = new StringBuilder();
    Arrays.stream(values, 8, 8 + 10).forEach(letter -> name.append((char) letter));
    assertThat(name).hasToString("Stand-in 1");
    assertThat(
            refusal(
                () -> gpu.call("gpu_facts", longs(new long[8]), bytes(new byte[96]), scalar(2))))
        .isEqualTo("there is no device 2: there are 2");
    assertThat(refusal(() -> gpu.open(-1))).isEqualTo("there is no device -1: there are 2");
  }

  /** More than all pinned chunks together, so that one is used twice. */
  void memoryIsReadAsItWasWritten() throws TranslateException {
    byte[] bytes = new byte[((4 * 32 + 5) << 20) + 12_345];
    new Random(7).nextBytes(bytes);
    long handle = gpu.open(0);
    long address = gpu.allocate(handle, bytes.length + 10);
    assertThat(gpu.write(handle, address + 3, bytes(bytes))).isEqualTo(bytes.length);
    assertThat(gpu.read(handle, address + 3, bytes.length)).isEqualTo(ByteBuffer.wrap(bytes));
    assertThat(gpu.write(handle, address, manager -> manager.create(new double[] {0.1, 2})))
        .isEqualTo(16);
    assertThat(gpu.write(handle, address + 16, manager -> manager.create(new boolean[] {true})))
        .isEqualTo(1);
    assertThat(gpu.write(handle, address, bytes(new byte[0]))).isZero();
    byte[] read = new byte[17];
    gpu.read(handle, address, 17).get(read);
    assertThat(read).startsWith(0x9a, 0x99, 0x99).endsWith(0, 0, 0, 0, 0, 0, 0, 0x40, 1);
    assertThat(gpu.close(handle)).isZero();
  }

  void devicesDoWhatTheProgramSays() throws TranslateException {
    assertThat(new GpuLife(gpu).live()).isEmpty();
    String scale = "scale grid 2 1 1 threads 64 shared 90000 early: @2+0 @1+0 4 1077936128";
    String box =
        "box grid 2 1 1 threads 64 shared 0 early:"
            + " map(@1+0 16x4 by 16 box 16x1 type 0 swizzle 0) @3+0";
    assertThat(driver.told().lines())
        .containsExactly(
            "to the device 16",
            "zero 64",
            "to the device 16",
            scale,
            box,
            "from the device 16",
            "to the device 16",
            scale,
            "from the device 16",
            "copy 16",
            "from the device 16");
  }

  void stepsRunAheadOfTheHost() throws TranslateException {
    long handle = gpu.open(0);
    long address = gpu.allocate(handle, 4 * 20);
    for (int i = 0; i < 20; i++) {
      gpu.run(handle, -1, new float[0], new float[] {i}, address + 4L * i, 0);
    }
    // Pinned memory is waited for only where it is needed again.
    assertThat(driver.told().lines()).hasSize(20 - 4);
    assertThat(gpu.run(handle, -1, new float[3], new float[0], 0, address + 4 * 17))
        .containsExactly(17, 18, 19);
    gpu.run(handle, -1, new float[0], new float[0], 0, 0);
    assertThat(gpu.close(handle)).isZero();
  }

  /** Each in a thread of its own, then in the other's. */
  void handlesAreSideBySide() throws TranslateException {
    long first = gpu.open(0);
    long second = gpu.open(1);
    long third = gpu.open(1);
    List<Long> handles = List.of(first, second, third);
    List<Long> addresses = new ArrayList<>();
    for (long handle : handles) {
      addresses.add(inAThread(() -> gpu.allocate(handle, 400)));
    }
    List<CompletableFuture<Void>> writing = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      writing.add(
          CompletableFuture.runAsync(
              () -> writeAndRead(handles.get(number), addresses.get(number), number)));
    }
    writing.forEach(CompletableFuture::join);
    assertThat(refusal(() -> gpu.read(second, addresses.get(0), 4))).isEqualTo(OUTSIDE);
    assertThat(refusal(() -> gpu.read(second, addresses.get(2), 4))).isEqualTo(OUTSIDE);
    assertThat(gpu.close(second)).isZero();
    assertThat(refusal(() -> gpu.read(second, addresses.get(1), 4))).isEqualTo(NO_GPU);
    assertThat(refusal(() -> gpu.close(second))).isEqualTo(NO_GPU);
    assertThat(floatsOf(gpu.read(third, addresses.get(2), 8))).containsExactly(2, 99);
    assertThat(gpu.close(third)).isZero();
    assertThat(gpu.close(first)).isZero();
  }

  void anImageIsLoadedOnce() throws TranslateException {
    long handle = gpu.open(0);
    int before = driver.live();
    long scale = gpu.function(handle, IMAGE, "scale", 0);
    assertThat(gpu.function(handle, IMAGE, "scale", 200_000)).isEqualTo(scale);
    assertThat(gpu.function(handle, IMAGE, "box", 0)).isNotEqualTo(scale);
    assertThat(gpu.function(handle, IMAGE, "trailing", 0)).isNotZero();
    assertThat(driver.live()).isEqualTo(before + 1);
    assertThat(refusal(() -> gpu.function(handle, IMAGE, "scael", 0)))
        .isEqualTo(
            "scael: cuModuleGetFunction: CUDA_ERROR_NOT_FOUND (500): named symbol not found");
    assertThat(refusal(() -> gpu.function(handle, "ELF", "scale", 0)))
        .isEqualTo(
            "cuModuleLoadData: CUDA_ERROR_INVALID_IMAGE (200): device kernel image is invalid");
    assertThat(gpu.close(handle)).isZero();
  }

  void aGraphIsGoneWhenItIsDropped() throws TranslateException {
    long handle = gpu.open(0);
    long place = gpu.allocate(handle, 64);
    long[] program =
        launch(gpu.function(handle, IMAGE, "scale", 0), 0, 0, place, 0, place, 1, 1, 2, bits(2));
    long first = gpu.number("gpu_graph", longs(program), scalar(handle));
    long second = gpu.number("gpu_graph", longs(program), scalar(handle));
    assertThat(List.of(first, second)).containsExactly(0L, 1L);
    gpu.run(handle, first, new float[0], new float[] {1}, place, 0);
    gpu.number("gpu_drop_graph", scalar(handle), scalar(first));
    assertThat(gpu.run(handle, second, new float[1], new float[0], 0, place)).containsExactly(4);
    assertThat(refusal(() -> gpu.run(handle, first, new float[0], new float[0], 0, 0)))
        .isEqualTo("the GPU has no such graph");
    assertThat(refusal(() -> gpu.number("gpu_drop_graph", scalar(handle), scalar(first))))
        .isEqualTo("the GPU has no such graph");
    assertThat(gpu.close(handle)).isZero();
  }

  private interface Step {
    long run() throws TranslateException;
  }

  private static long inAThread(Step step) {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return step.run();
              } catch (TranslateException e) {
                throw new IllegalStateException(e);
              }
            })
        .join();
  }

  private void writeAndRead(long handle, long address, int number) {
    try {
      for (int i = 0; i < 100; i++) {
        gpu.write(handle, address, floats(number, i));
        assertThat(floatsOf(gpu.read(handle, address, 8))).containsExactly(number, i);
      }
    } catch (TranslateException e) {
      throw new IllegalStateException(e);
    }
  }
}
