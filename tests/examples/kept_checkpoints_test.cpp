// The checkpoints that --keep asks for: the last ones, the best one, and nothing else.
#include <sys/stat.h>

#include "examples/checkpoints.h"

namespace gradus::test {
namespace {

TEST(Checkpoints, to_a_pipe_that_nobody_reads_are_an_error_and_leave_those_to_keep) {
  const TempFolder folder;
  const std::string file = folder / "pipe";
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  const Outcome outcome =
      run_train_mnist(joined(kRun, {"--quiet", "--checkpoint", file, "--keep", "2"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("No such device or address"), std::string::npos) << outcome.err;
  EXPECT_EQ(names_in(folder),
            (std::vector<std::string>{"pipe", "pipe.38", "pipe.57", "pipe.best"}));
}

TEST(Checkpoints, keep_the_first_of_equally_good_epochs_also_when_they_go_on) {
  const TempFolder folder;
  const std::string file = folder / "a";
  const std::vector<std::string> keep = {"--quiet", "--checkpoint", file, "--keep", "3"};
  ASSERT_EQ(run_train_mnist(joined(joined(kRun, {"--lr", "1e-30"}), keep)).status, 0);
  const std::string best = contents(file + ".best");
  EXPECT_EQ(train::load_checkpoint(file + ".best").run.number("steps"), 19);
  const Outcome more = run_train_mnist(joined({"--resume", file + ".38"}, keep));
  EXPECT_EQ(more.err, "");
  EXPECT_TRUE(contents(file + ".best") == best);
  fs::remove(file + ".best");
  const Outcome without = run_train_mnist(joined({"--resume", file + ".38"}, keep));
  EXPECT_EQ(without.status, 0);
  EXPECT_EQ(without.err, "train_mnist: warning: " + file +
                             ".best is not there; it is saved when an epoch is better than all "
                             "before\n");
  EXPECT_FALSE(fs::exists(file + ".best"));
}

/// What stands in the way of a save.
std::string folder_at(const std::string& path) {
  fs::create_directory(path);
  return "write_safetensors: " + path + " must be a file, got a folder; add a name to it\n";
}

TEST(Checkpoints, whose_best_epoch_was_not_saved_do_not_call_it_the_best) {
  const TempFolder folder;
  const std::string file = folder / "a";
  const std::vector<std::string> keep = {"--quiet", "--checkpoint", file, "--keep", "2"};
  const std::string message = folder_at(file + ".best");
  // All epochs are equally good.
  const Outcome outcome = run_train_mnist(joined(joined(kRun, {"--lr", "1e-30"}), keep));
  EXPECT_EQ(outcome.status, 1);
  const std::string warning = "train_mnist: warning: " + message;
  EXPECT_EQ(outcome.err, warning + warning + warning + "train_mnist: " + message);
  EXPECT_EQ(train::load_checkpoint(file).run.number("best_accuracy"), -1);
  EXPECT_EQ(train::load_checkpoint(file + ".57").run.number("best_accuracy"), -1);

  fs::remove(file + ".best");
  const Outcome more = run_train_mnist(joined({"--resume", file, "--epochs", "4"}, keep));
  EXPECT_EQ(more.status, 0);
  EXPECT_EQ(more.err, "");
  const train::Checkpoint best = train::load_checkpoint(file + ".best");
  EXPECT_EQ(best.run.number("steps"), 57);
  EXPECT_EQ(best.run.number("best_accuracy"), best.run.number("test_accuracy"));
  EXPECT_EQ(train::load_checkpoint(file).run.number("steps"), 76);
  EXPECT_EQ(train::load_checkpoint(file).run.number("best_accuracy"),
            best.run.number("best_accuracy"));
}

TEST(Checkpoints, to_keep_that_cannot_be_saved_in_the_end_are_an_error) {
  for (const auto& [step, status] : {std::pair{"38", 0}, {"57", 1}}) {
    const TempFolder folder;
    const std::string file = folder / "a";
    const std::string message = folder_at(file + "." + step);
    const Outcome outcome =
        run_train_mnist(joined(kRun, {"--quiet", "--checkpoint", file, "--keep", "2"}));
    EXPECT_EQ(outcome.status, status);
    EXPECT_EQ(outcome.err,
              "train_mnist: warning: " + message + (status == 0 ? "" : "train_mnist: " + message));
    EXPECT_EQ(train::load_checkpoint(file).run.number("steps"), 57);
  }
}

TEST(Checkpoints, keep_the_last_and_the_best) {
  const TempFolder folder;
  const std::string file = folder / "a";
  folder.write("a.other", "");
  folder.write(".a.7.123-0.part", "what a killed run left");
  folder.write(".a.best.123-1.part", "what a killed run left");
  ASSERT_EQ(run_train_mnist(joined(kRun, {"--quiet", "--keep", "2", "--checkpoint", file})).status,
            0);
  EXPECT_EQ(names_in(folder), (std::vector<std::string>{"a", "a.38", "a.57", "a.best", "a.other"}));
  EXPECT_EQ(undisturbed({"--resume", file + ".38"}), undisturbed(kRun));
}

TEST(Checkpoints, to_keep_leave_files_that_are_no_checkpoints_of_their_number) {
  const TempFolder folder;
  const std::string file = folder / "a";
  ASSERT_EQ(run_train_mnist(joined(kRun, {"--quiet", "--checkpoint", folder / "other"})).status, 0);
  fs::copy_file(folder / "other", file + ".3");  // of step 57
  fs::copy_file(folder / "other", file + ".57");
  folder.write("a.4", "the user's");
  fs::create_directory(folder / "a.5");
  const Outcome more = run_train_mnist({"--resume", folder / "other", "--epochs", "4", "--quiet",
                                        "--checkpoint", file, "--keep", "1"});
  EXPECT_EQ(more.status, 0);
  const std::vector<std::string> names = names_in(folder);
  for (const std::string name : {"a.3", "a.4", "a.5", "a.76"}) {
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
  }
  EXPECT_EQ(std::count(names.begin(), names.end(), "a.57"), 0);
}

TEST(Checkpoints, keep_the_best_where_no_epoch_ends_at_a_save_and_leave_those_of_other_runs) {
  const TempFolder folder;
  const std::string file = folder / "run";
  const std::string other = folder.write("run.99999", "another run's");
  ASSERT_EQ(run_train_mnist(joined(kRun, {"--quiet", "--keep", "2", "--checkpoint", file,
                                          "--checkpoint-every", "7"}))
                .status,
            0);
  EXPECT_TRUE(fs::exists(file + ".best"));
  EXPECT_TRUE(fs::exists(other));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 5);
}

}  // namespace
}  // namespace gradus::test
