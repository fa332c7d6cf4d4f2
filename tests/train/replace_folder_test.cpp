#include "roformer/train/run_folder.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::train {
namespace {

namespace fs = std::filesystem;

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

}  // namespace
}  // namespace roformer::train
