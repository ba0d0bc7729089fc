// The program's checkpoints: killed, interrupted, resumed.
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <random>
#include <string>
#include <thread>

#include "examples/checkpoints.h"
#include "examples/five_digits.h"
#include "support/sanitizer.h"
#include "support/temp_folder.h"
#include "support/trials.h"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;

TEST(Checkpoints, of_killed_runs_end_with_the_same_files) {
  using std::chrono::milliseconds;
  const int wanted = trials("GRADUS_TRAINING_KILLS", 2);  // kills, and runs that were killed
  std::vector<std::string> longer = kRun;
  longer.back() = "5";
  const TempFolder whole;
  const auto start = std::chrono::steady_clock::now();
  const std::string expected = undisturbed(start_or_resume(longer, whole / "a"));
  const milliseconds time =
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
  ASSERT_FALSE(expected.empty());
  ASSERT_EQ(names_in(whole), (std::vector<std::string>{"a", "a.90", "a.95", "a.best"}));
  std::mt19937 random(1);
  int kills = 0, runs = 0, resumed = 0;
  while (kills < wanted || runs < wanted || resumed == 0) {
    const TempFolder folder;
    const std::string file = folder / "a";
    int own = 0;
    for (int status = -1; status != 0;) {
      resumed += fs::exists(file) ? 1 : 0;
      const auto latest = static_cast<unsigned>(time.count() + 50 * own);  // so that every run ends
      status = run_and_signal(start_or_resume(longer, file), static_cast<int>(random() % latest),
                              SIGKILL);
      ASSERT_TRUE(status == 0 || status == 128 + SIGKILL) << status;
      own += status == 0 ? 0 : 1;
    }
    kills += own;
    runs += own > 0 ? 1 : 0;
    EXPECT_EQ(undisturbed({"--resume", file}), expected);
    ASSERT_EQ(names_in(folder), names_in(whole));
    for (const std::string& name : names_in(whole)) {
      EXPECT_TRUE(without_seconds(folder / name) == without_seconds(whole / name)) << name;
    }
  }
  std::printf(
      "%d kills of %d runs, resumed %d times: all with the same files, bit for bit, but for the "
      "time taken\n",
      kills, runs, resumed);
}

TEST(Checkpoints, are_saved_at_an_interrupt_in_time_and_go_on) {
  // More than are done by then.
  const char* const epochs = kAddressSanitizer || kThreadSanitizer ? "200" : "2500";
  const std::vector<std::string> flags =
      joined(std::vector<std::string>(kRun.begin(), kRun.end() - 1), {epochs});
  const std::string expected = undisturbed(flags);
  for (const auto& [signal, status] : {std::pair{SIGINT, 130}, {SIGTERM, 143}}) {
    const TempFolder folder;
    const std::string file = folder / "a";
    const std::vector<std::string> saving =
        joined(flags, {"--checkpoint", file, "--checkpoint-every", "1000000"});
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(run_and_signal(saving, 700, signal), status);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(2700));
    ASSERT_TRUE(fs::exists(file));
    EXPECT_EQ(undisturbed({"--resume", file}), expected);
  }
}

/// Waits until the process has a handler of its own for the signal, half a minute at most.
void wait_for_handler(pid_t process, int signal) {
  for (int k = 0; k < 6000; ++k) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("SigCgt:") &&
          (std::stoull(line.substr(7), nullptr, 16) >> (signal - 1) & 1) == 1) {
        return;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ADD_FAILURE() << "no handler of signal " << signal;
}

TEST(Checkpoints, are_not_waited_for_at_a_second_interrupt) {
  if (kThreadSanitizer) {
    GTEST_SKIP() << "ThreadSanitizer hands a signal on when the program next calls it";
  }
  using std::chrono::milliseconds;
  const TempFolder folder;
  // One step takes long.
  const pid_t run = started({"--dataset", "digits", "--train-size", "4000", "--validation", "50",
                             "--model", "vgg", "--batch-size", "4000", "--quiet", "--threads", "1",
                             "--checkpoint", folder / "a"});
  wait_for_handler(run, SIGINT);
  std::this_thread::sleep_for(milliseconds(1500));  // into the step: before it, one is the end
  ::kill(run, SIGINT);
  std::this_thread::sleep_for(milliseconds(800));  // its memory takes a while to go
  int status = 0;
  ASSERT_EQ(::waitpid(run, &status, WNOHANG), 0) << "one interrupt ended it";
  const auto start = std::chrono::steady_clock::now();
  ::kill(run, SIGINT);
  ASSERT_EQ(::waitpid(run, &status, 0), run);
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(2000));
  EXPECT_EQ(exit_status(status), 128 + SIGINT);
  EXPECT_FALSE(fs::exists(folder / "a"));
}

TEST(Checkpoints, that_cannot_be_saved_in_the_end_are_an_error) {
  const TempFolder folder;
  const std::string file = folder / "pipe";  // that nobody reads
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  const Outcome outcome = run_train_mnist(joined(kRun, {"--quiet", "--checkpoint", file}));
  EXPECT_EQ(outcome.status, 1);
  const std::string message = "write_safetensors: " + file +
                              " must be a file that can be written, got \"No such device "
                              "or address\"; is the folder there, and is there room?\n";
  const std::string warning = "train_mnist: warning: " + message;
  EXPECT_EQ(outcome.err, warning + warning + warning + "train_mnist: " + message);
  EXPECT_EQ(outcome.out.rfind("validation accuracy", 0), 0U);
}

TEST(Checkpoints, take_no_flag_that_contradicts_them) {
  const TempFolder folder;
  const std::string file = folder / "a";
  ASSERT_EQ(run_train_mnist(joined(kRun, {"--quiet", "--checkpoint", file})).status, 0);
  const auto refused = [&](const std::vector<std::string>& flags, const std::string& message) {
    const Outcome outcome = run_train_mnist(joined({"--resume", file}, flags));
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "train_mnist: " + message + "\n");
    EXPECT_EQ(outcome.out, "");
  };
  const auto contradicts = [&](const std::string& flag, const std::string& value,
                               const std::string& saved) {
    refused({flag, value}, flag + " must be " + saved + " as in " + file + ", got " + value +
                               "; leave it out, or train anew without --resume");
  };
  contradicts("--optimizer", "adam", "sgd");
  contradicts("--hidden", "32", "16");
  contradicts("--seed", "2", "1");
  contradicts("--model", "lenet", "mlp");
  contradicts("--batch-size", "64", "32");
  contradicts("--train-size", "500", "600");
  refused({"--lr", "0.5"}, "--opt lr must be 0.035 as in " + file +
                               ", got 0.5; leave it out, or train anew without --resume");
  refused({"--opt", "momentum=0.5"}, "--opt momentum must be 0.9 as in " + file +
                                         ", got 0.5; leave it out, or train anew without --resume");
  refused({"--epochs", "2"},
          "--epochs must be at least 3, which " + file + " has behind it, got 2");
  refused({"--epochs", "4", "--explain", "fc1.weight[0,5]@57"},
          "--explain: the step must be above 57, which " + file + " has behind it, got 57");
  refused({"--keep", "2"}, "--keep needs --checkpoint, which says where to save");
  // What does not contradict is taken.
  const Outcome explained = run_train_mnist(
      {"--resume", file, "--quiet", "--epochs", "4", "--explain", "fc1.weight[0,5]@58"});
  EXPECT_EQ(explained.status, 0);
  EXPECT_NE(explained.out.find("fc1.weight[0,5]"), std::string::npos) << explained.out;
  EXPECT_EQ(run_train_mnist({"--resume", file, "--quiet", "--optimizer", "sgd", "--lr", "0.0350",
                             "--hidden", "16"})
                .status,
            0);
  const Outcome longer = run_train_mnist({"--resume", file, "--epochs", "4", "--threads", "2"});
  EXPECT_EQ(longer.status, 0);
  EXPECT_NE(longer.out.find("epoch 4/4"), std::string::npos);
  EXPECT_EQ(longer.out.find("epoch 3/4"), std::string::npos);
}

TEST(Checkpoints, within_an_epoch_need_that_epoch) {
  const TempFolder folder;
  const std::string file = folder / "a";
  ASSERT_EQ(run_train_mnist(joined(kRun, {"--quiet", "--checkpoint", file, "--keep", "50",
                                          "--checkpoint-every", "7"}))
                .status,
            0);
  const Outcome outcome = run_train_mnist({"--resume", file + ".42", "--epochs", "2"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "train_mnist: --epochs must be at least 3, the epoch that " + file +
                             ".42 is in, got 2\n");
  EXPECT_EQ(outcome.out, "");
}

TEST(Checkpoints, go_on_with_the_data_that_they_began_with_alone) {
  const TempFolder folder;
  write_five_digits(folder);
  const std::string file = folder / "a";
  const std::vector<std::string> flags = {"--data", folder.path()};
  ASSERT_EQ(
      run_train_mnist(joined(flags, {"--checkpoint", file, "--epochs", "1", "--batch-size", "2"}))
          .status,
      0);
  const std::vector<std::string> more = joined(flags, {"--resume", file, "--epochs", "2"});
  EXPECT_EQ(run_train_mnist(more).status, 0);
  const auto refused = [&](const std::string& train, const std::string& test) {
    const Outcome outcome = run_train_mnist(more);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "train_mnist: --resume: " + file +
                               " must have been trained on the same data, got a run on 5 images, "
                               "CRC-32 d1990691, and 5 to test on, CRC-32 d1990691, where there "
                               "are 5 images, CRC-32 " +
                               train + ", and 5 to test on, CRC-32 " + test + "\n");
    EXPECT_EQ(outcome.out, "");
  };
  folder.write("train-images-idx3-ubyte", five_images(28, '\6'));
  refused("398e9630", "d1990691");
  write_five_digits(folder);
  folder.write("t10k-images-idx3-ubyte", five_images(28, '\6'));
  refused("d1990691", "398e9630");
  write_five_digits(folder);
  folder.write("t10k-labels-idx1-ubyte", five_labels('\5'));
  refused("d1990691", "1d33060f");
}

TEST(Checkpoints, are_checked_before_the_data_are_read) {
  const TempFolder folder;
  write_five_digits(folder);
  const std::string file = folder / "a";
  const std::vector<std::string> flags = {"--data", folder.path(), "--batch-size", "2"};
  ASSERT_EQ(run_train_mnist(joined(flags, {"--checkpoint", file, "--epochs", "2"})).status, 0);
  const auto refused = [&](const std::vector<std::string>& more, const std::string& message) {
    const Outcome outcome = run_train_mnist(joined(flags, more));
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "train_mnist: " + message + "\n");
    EXPECT_EQ(outcome.out, "");
  };
  // How many steps there are, the data say.
  refused({"--explain", "fc1.bias[0]@7", "--epochs", "2"},
          "--explain: the step must be one of the 6 that the training takes, got 7");
  fs::remove(folder / "train-images-idx3-ubyte");
  refused({"--resume", file, "--epochs", "1"},
          "--epochs must be at least 2, which " + file + " has behind it, got 1");
  refused({"--resume", file, "--explain", "fc1.bias[0]@6"},
          "--explain: the step must be above 6, which " + file + " has behind it, got 6");
  refused(
      {"--resume", file, "--seed", "2"},
      "--seed must be 1 as in " + file + ", got 2; leave it out, or train anew without --resume");
}

TEST(Checkpoints, that_are_none_are_named) {
  const TempFolder folder;
  const auto refused = [&](const std::string& file, const std::string& message) {
    const Outcome outcome = run_train_mnist({"--resume", file});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, "train_mnist: " + message + "\n");
    EXPECT_EQ(outcome.out, "");
  };
  refused(folder / "no",
          "read_safetensors: " + (folder / "no") +
              " must open for reading, got No such file or directory; is its name right?");
  const std::string foreign = folder.write("b", std::string("\2\0\0\0\0\0\0\0{}", 10));
  refused(foreign, "--resume: " + foreign +
                       " must be a checkpoint of train_mnist, got one without its settings");
}

}  // namespace
}  // namespace gradus::test
