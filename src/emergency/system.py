"""What the operating system says of a file that it cannot open or write, in both languages."""

from __future__ import annotations

import errno
import os

from emergency.words import Words

_SYSTEM = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许这样操作",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一级不是文件夹",
    errno.EEXIST: "已经存在",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘只读",
    errno.ENAMETOOLONG: "名称太长",
    errno.ELOOP: "链接绕成一圈",
    errno.EMFILE: "打开的文件太多",
    errno.EIO: "读写设备出错",
}


def in_chinese(said: str) -> str:
    """The Chinese of what the operating system said of a file, if it is a common fault; else empty."""
    return next((zh for number, zh in _SYSTEM.items() if os.strerror(number) == said), "")


def system_words(error: OSError) -> Words:
    """What the operating system says, which speaks one language; in Chinese where the fault is a common one."""
    said = error.strerror or str(error)
    return Words(_SYSTEM.get(error.errno or 0, said), said)
