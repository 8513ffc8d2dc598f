package io.gensweep.model;

import static io.gensweep.model.GpuLife.IMAGE;
import static io.gensweep.model.GpuLife.bits;
import static io.gensweep.model.GpuLife.launch;
import static io.gensweep.model.GpuOperators.refusal;
import static io.gensweep.model.GpuOperators.scalar;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.translate.TranslateException;
import java.util.List;

/** What operators on GPUs say where something fails, and what is left. */
record GpuFaultChecks(GpuOperators gpu, StandIn driver) {
  private static final int OUT_OF_MEMORY = 2;
  private static final int NO_DEVICE = 100;
  private static final int ILLEGAL_ADDRESS = 700;

  /** The driver fails at every call of a life, one life after another. */
  void everyFailureIsOneLineAndLeavesNothing() throws TranslateException {
    new GpuLife(gpu).live();
    long calls = driver.calls();
    assertThat(calls).isGreaterThan(80);
    for (int error : List.of(OUT_OF_MEMORY, NO_DEVICE, ILLEGAL_ADDRESS)) {
      for (long k = 1; k <= calls; k++) {
        driver.failAt(k, error);
        List<String> refusals = new GpuLife(gpu).live();
        String life = error + " at call " + k + ": " + refusals;
        assertThat(refusals).as(life).isNotEmpty();
        requireOneLine(refusals.get(0), error, life);
        assertThat(refusals.subList(1, refusals.size()))
            .as(life)
            .hasSizeLessThanOrEqualTo(error == ILLEGAL_ADDRESS ? 3 : 0)
            .allMatch(next -> isOf(refusals.get(0), next));
        assertThat(driver.complaints()).as(life).isEmpty();
        assertThat(driver.live()).as(life).isZero();
      }
    }
  }

  private static boolean isOf(String loss, String next) {
    String start = "the device was lost before: ";
    return next.startsWith(start) && loss.endsWith(next.substring(start.length()));
  }

  private static void requireOneLine(String refusal, int error, String life) {
    String told =
        switch (error) {
          case OUT_OF_MEMORY -> "CUDA_ERROR_OUT_OF_MEMORY (2): out of memory";
          case NO_DEVICE -> "CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected";
          default ->
              "CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered; this"
                  + " process cannot use the device any more";
        };
    assertThat(refusal)
        .as(life)
        .matches(
            "(launch \\d: |scale: |box: |scale with 100000 bytes of shared memory: )?cu[A-Z]\\w+:"
                + " .*")
        .contains(told);
    assertThat(MemoryShortage.isToldBy(refusal)).as(life).isEqualTo(error == OUT_OF_MEMORY);
  }

  void aDeviceWithoutMemorySaysHowMuchThereIs() throws TranslateException {
    long handle = gpu.open(0);
    long address = gpu.allocate(handle, 56 << 20);
    assertThat(refusal(() -> gpu.allocate(handle, 201 << 20)))
        .isEqualTo(
            "cuMemAlloc_v2: CUDA_ERROR_OUT_OF_MEMORY (2): out of memory; 210763776 bytes were"
                + " asked for, and 209715200 of the device's 268435456 are free");
    gpu.number("gpu_free", scalar(handle), scalar(address));
    assertThat(gpu.allocate(handle, 201 << 20)).isNotZero();
    assertThat(gpu.close(handle)).isZero();
  }

  void aKernelThatReadsElsewhereLosesTheDevice() throws TranslateException {
    long handle = gpu.open(0);
    long scale = gpu.function(handle, IMAGE, "scale", 0);
    long address = gpu.allocate(handle, 64);
    long[] wild = launch(scale, 0, 0, address, 0, 12_345, 1, 4, 2, bits(1));
    // Nobody waits for it, so nobody knows.
    gpu.run(handle, -1, new float[0], new float[0], 0, 0, wild);
    String lost =
        "CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered; this process"
            + " cannot use the device any more";
    assertThat(refusal(() -> gpu.read(handle, address, 4)))
        .isEqualTo("cuStreamSynchronize: " + lost);
    assertThat(refusal(() -> gpu.allocate(handle, 64)))
        .isEqualTo("the device was lost before: cuStreamSynchronize: " + lost);
    assertThat(gpu.close(handle)).isZero();
    long next = gpu.open(0);
    long place = gpu.allocate(next, 64);
    gpu.run(
        next,
        -1,
        new float[0],
        new float[0],
        0,
        0,
        launch(gpu.function(next, IMAGE, "scale", 0), 0, 0, place, 0, 1, 1, 4, 2, 0));
    assertThat(refusal(() -> gpu.close(next))).isEqualTo("cuStreamSynchronize: " + lost);
  }

  void wrongArgumentsAreRefused() throws TranslateException {
    long handle = gpu.open(0);
    WrongGpuCalls wrong =
        new WrongGpuCalls(
            handle,
            gpu.allocate(handle, 1024),
            gpu.function(handle, IMAGE, "scale", 0),
            gpu.function(handle, IMAGE, "box", 60_000));
    for (WrongGpuCalls.Call call : wrong.calls()) {
      assertThat(
              refusal(
                  () ->
                      gpu.call(
                          call.operator(), call.arguments().toArray(ProgramCall.Argument[]::new))))
          .as(call.operator())
          .contains(call.why());
    }
    assertThat(driver.told()).isEmpty();
    assertThat(gpu.close(handle)).isZero();
  }
}
