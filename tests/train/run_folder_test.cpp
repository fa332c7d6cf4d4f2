#include "roformer/train/run_folder.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::train {
namespace {

namespace fs = std::filesystem;

// A folder of the test's own, gone afterwards.
class RunFolderTest : public testing::Test {
 protected:
  RunFolderTest() { fs::create_directories(root_); }
  ~RunFolderTest() override { fs::remove_all(root_); }
  fs::path root_ =
      fs::temp_directory_path() / fmt::format("roformer_run_{}_{}", ::getpid(),
                                              testing::UnitTest::GetInstance()->random_seed());
  fs::path out_ = root_ / "out";
};

auto write_model(const std::string& text) {
  return [text](const fs::path& folder) {
    base::write_file_atomically(folder / "model" / "config.json", text);
  };
}

TEST_F(RunFolderTest, SwitchesToTheNewCheckpointAndDropsTheOld) {
  RunFolder folder(out_, false);
  EXPECT_FALSE(folder.last_checkpoint());
  folder.commit(3, write_model("three"));
  folder.commit(7, write_model("seven"));
  EXPECT_EQ(folder.last_checkpoint()->filename(), "step-7");
  EXPECT_EQ(base::read_file(out_ / "config.json"), "seven");
  EXPECT_FALSE(fs::exists(out_ / "training" / "step-3"));
}

TEST_F(RunFolderTest, KeepsTheLastGoodCheckpointWhenSavingFails) {
  RunFolder folder(out_, false);
  folder.commit(3, write_model("three"));
  EXPECT_THROW(folder.commit(4, [](const fs::path&) { base::fail("no space left on device"); }),
               Error);
  EXPECT_EQ(folder.last_checkpoint()->filename(), "step-3");
  EXPECT_EQ(base::read_file(*folder.last_checkpoint() / "model" / "config.json"), "three");
  EXPECT_FALSE(fs::exists(out_ / "training" / "step-4"));
}

TEST_F(RunFolderTest, CommittingTheSameStepAgainDoesNothing) {
  RunFolder folder(out_, false);
  folder.commit(3, write_model("three"));
  folder.commit(3, [](const fs::path&) { FAIL() << "must not write"; });
}

TEST_F(RunFolderTest, RepairsTheTopAfterAKillBetweenSwitchAndPublish) {
  {
    RunFolder folder(out_, false);
    folder.commit(3, write_model("three"));
  }
  // A left-over of a checkpoint that never became the last one, and a stale file at the top.
  fs::create_directories(out_ / "training" / "step-5" / "model");
  base::write_file_atomically(out_ / "config.json", "stale");
  RunFolder folder(out_, true);
  EXPECT_EQ(folder.last_checkpoint()->filename(), "step-3");
  folder.publish();
  EXPECT_EQ(base::read_file(out_ / "config.json"), "three");
  folder.commit(5, write_model("five"));
  EXPECT_EQ(base::read_file(out_ / "config.json"), "five");
}

TEST_F(RunFolderTest, RefusesAFolderWithFilesAndASecondProcess) {
  {
    RunFolder first(out_, false);
    EXPECT_THROW(RunFolder(out_, true), Error);  // locked
  }
  EXPECT_NO_THROW(RunFolder(out_, false));
  fs::create_directories(out_);
  base::write_file_atomically(out_ / "recipe.toml", "");
  EXPECT_THROW(RunFolder(out_, false), Error);
  EXPECT_NO_THROW(RunFolder(out_, true));
  // A kill while one of them was written.
  base::write_file_atomically(out_ / "metrics.jsonl.partial-17", "");
  EXPECT_NO_THROW(RunFolder(out_, true));
  base::write_file_atomically(out_ / "my.partial.thesis", "");
  EXPECT_THROW(RunFolder(out_, true), Error);
}

TEST_F(RunFolderTest, DoesNotGoOnInAFolderThatHoldsSomethingElse) {
  fs::create_directories(out_);
  base::write_file_atomically(out_ / "model.safetensors", "somebody's");
  EXPECT_THROW(RunFolder(out_, true), Error);
  EXPECT_EQ(base::read_file(out_ / "model.safetensors"), "somebody's");
}

TEST_F(RunFolderTest, TheBestModelSurvivesAKillBetweenTwoRenames) {
  const auto write_best = [](const char* text) {
    return [text](const fs::path& folder) {
      base::write_file_atomically(folder / "config.json", text);
    };
  };
  const auto best = [&] { return base::read_file(out_ / "best" / "config.json"); };
  {
    const RunFolder folder(out_, false);
    folder.keep_best(write_best("one"));
    folder.keep_best(write_best("two"));
    EXPECT_EQ(best(), "two");
    EXPECT_THROW(folder.keep_best([](const fs::path&) { base::fail("no space left"); }), Error);
    EXPECT_EQ(best(), "two");
  }
  // As a file system that cannot exchange folders leaves it.
  fs::rename(out_ / "best", out_ / "training" / "best.old");
  const RunFolder folder(out_, true);
  EXPECT_EQ(best(), "two");
  folder.keep_best(write_best("three"));
  EXPECT_EQ(best(), "three");
}

TEST_F(RunFolderTest, KeepsTheLastModels) {
  RunFolder folder(out_, false);
  for (const std::int64_t step : {5, 10, 15}) {
    folder.commit(step, write_model(fmt::format("{}", step)));
    folder.keep_models(2);
  }
  EXPECT_FALSE(fs::exists(out_ / "checkpoints" / "step-5"));
  EXPECT_EQ(base::read_file(out_ / "checkpoints" / "step-10" / "config.json"), "10");
  EXPECT_EQ(base::read_file(out_ / "checkpoints" / "step-15" / "config.json"), "15");
}

TEST_F(RunFolderTest, RefusesAPointerThatLeadsNowhere) {
  RunFolder folder(out_, false);
  for (const char* text : {"", "step-9\n", "../../etc\n"}) {
    base::write_file_atomically(out_ / "training" / "latest", text);
    EXPECT_THROW(folder.last_checkpoint(), Error);
  }
}

std::vector<std::string> names(const std::vector<fs::path>& folders) {
  std::vector<std::string> result;
  for (const auto& folder : folders) result.push_back(folder.filename().string());
  return result;
}

TEST(KeptModels, OldestFirstByNumberAndOthersLeftOut) {
  const tests::TestFolder run;
  EXPECT_TRUE(kept_models(run.path()).empty());
  for (const char* name : {"step-100", "step-20", "step-3", "step-4x", ".partial", "step-"})
    run.write(std::string("checkpoints/") + name + "/config.json", "{}");
  EXPECT_EQ(names(kept_models(run.path())),
            (std::vector<std::string>{"step-3", "step-20", "step-100"}));
  EXPECT_EQ(names(last_models(run.path(), 2)), (std::vector<std::string>{"step-20", "step-100"}));
}

TEST(KeptModels, TooFewAreNamedWithTheKey) {
  const tests::TestFolder run;
  run.write("checkpoints/step-1/config.json", "{}");
  const auto message = tests::error_message([&] { last_models(run.path(), 2); });
  EXPECT_TRUE(tests::has_text(message, "expected 2 or more models")) << message;
  EXPECT_TRUE(tests::has_text(message, "got 1")) << message;
  EXPECT_TRUE(tests::has_text(message, "checkpoint.keep_last")) << message;
}

// Three places, two of which hold a file "name".
class ReplaceFolderTest : public testing::Test {
 protected:
  ReplaceFolderTest() {
    files_.write("target/name", "first");
    files_.write("fresh/name", "second");
  }
  std::string target_content() const { return base::read_file(target_ / "name"); }

  tests::TestFolder files_;
  fs::path fresh_ = files_.file("fresh"), target_ = files_.file("target"),
           old_ = files_.file("old");
};

TEST_F(ReplaceFolderTest, TheFreshOneTakesThePlace) {
  files_.write("target/gone", "with the old one");
  replace_folder(fresh_, target_, old_);
  EXPECT_EQ(target_content(), "second");
  EXPECT_FALSE(fs::exists(target_ / "gone"));
  EXPECT_FALSE(fs::exists(fresh_) || fs::exists(old_));
}

TEST_F(ReplaceFolderTest, ThereNeedBeNoneBefore) {
  fs::remove_all(target_);
  replace_folder(fresh_, target_, old_);
  EXPECT_EQ(target_content(), "second");
  EXPECT_FALSE(fs::exists(fresh_) || fs::exists(old_));
}

TEST_F(ReplaceFolderTest, WithoutAnExchangeItIsTwoRenames) {
  files_.write("old/name", "left over");
  replace_by_renames(fresh_, target_, old_);
  EXPECT_EQ(target_content(), "second");
  EXPECT_FALSE(fs::exists(fresh_) || fs::exists(old_));
}

TEST_F(ReplaceFolderTest, AFailureLeavesTheTargetAsItWas) {
  fs::remove_all(fresh_);
  EXPECT_THROW(replace_folder(fresh_, target_, old_), Error);
  EXPECT_EQ(target_content(), "first");
}

TEST_F(ReplaceFolderTest, AKillBetweenTheRenamesIsUndone) {
  fs::rename(target_, old_);
  recover_folder(target_, old_);
  EXPECT_EQ(target_content(), "first");
  recover_folder(target_, old_);  // nothing to undo
  EXPECT_EQ(target_content(), "first");
}

TEST_F(ReplaceFolderTest, WhatStandsThereIsNeverReplacedByTheOld) {
  files_.write("old/name", "older");
  recover_folder(target_, old_);
  EXPECT_EQ(target_content(), "first");
}

TEST_F(RunFolderTest, AStartThatFailsLeavesNothing) {
  { const RunFolder folder(out_ / "deep", false); }
  EXPECT_FALSE(fs::exists(out_));
  fs::create_directories(out_);
  { const RunFolder folder(out_, false); }
  EXPECT_TRUE(fs::is_directory(out_) && fs::is_empty(out_));  // it was there before
  {
    RunFolder folder(out_, true);
    folder.commit(1, write_model("one"));
  }
  EXPECT_EQ(last_checkpoint(out_)->filename(), "step-1");
  EXPECT_TRUE(fs::exists(out_ / "training" / "lock"));
}

TEST_F(RunFolderTest, WhatCannotBeMadeIsNamedWithItsReasonAndOption) {
  fs::create_directories(root_);
  base::write_file_atomically(root_ / "file", "x");
  const std::string message =
      tests::error_message([&] { RunFolder(root_ / "file" / "out", false); });
  EXPECT_TRUE(tests::has_text(message, "(--out): Not a directory")) << message;
}

}  // namespace
}  // namespace roformer::train
