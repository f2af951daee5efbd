//! The field checklist.

texts! {
    field_checklist: "现场检查表", "Field checklist";
    field_lead: "看到什么记什么。没有信号也能记：记录先存在本机，连上网后自动送出，送到之前不会丢。", "Record what you see. It works without a connection: entries stay on this device and are sent when there is one; none is lost in between.";
    field_of: "检查内容", "Checked";
    field_packs: "行业指引", "Sector packs";
    field_no_pack: "评估对象没有选用行业指引；可以先在此选用，或者按维度检查。", "The target names no sector pack. Choose one, or check by dimension.";
    field_nothing: "这里没有等待现场回答的问题。", "No question here waits for an answer on the spot.";
    field_open(count): "待答 {count}", "{count} open";
    field_decides(count): "用于判断 {count} 项要求", "decides {count} requirements";
    field_remark: "备注", "Remark";
    field_photo: "拍照或选文件", "Take a picture or choose a file";
    field_remark_photo: "备注、照片", "Remark, picture";
    field_not_in_force(title): "“{title}”在评估基准日没有施行，不提问。基准日在此修改：", "“{title}” is not in force on the as-of date and asks nothing. The date is set under:";
    field_record: "记下", "Record";
    field_more(count): "还有 {count} 个问题没有列出：先答完前面的。", "{count} more questions are not listed: answer these first.";
    field_elsewhere(count): "另有 {count} 项须在工作底稿中完成（例如附录测试）：", "{count} more are done in the workpaper (tests of the annexes, for example):";
    field_standing: "各项要求的现状", "Requirements as they stand";
    field_kept: "已存在本机，等待送出", "kept on this device, to be sent";
    field_sending: "正在送出", "being sent";
    field_received: "已送到", "received";
    field_refused: "未被接受：", "not accepted: ";
    field_waits: "暂未被接受，稍后自动再送：", "not accepted for now, sent again later: ";
    field_retry: "重试", "Try again";
    field_signed_out: "登录已过期：请在本页重新登录，记录还在本机。", "You are signed out: sign in again on this page. The entries are still on this device.";
    field_offline: "没有连接：记录存在本机，连上后自动送出。", "No connection: entries stay on this device and are sent when there is one.";
    field_clash: "与他人的记录不一致，两份都已保留", "differs from what somebody else recorded; both are kept";
    field_all_sent: "全部记录都已送到。", "All entries have arrived.";
    field_discard: "丢弃", "Discard";
    field_discard_ask: "丢弃这条还没有被接受的记录？", "Discard this entry, which was not accepted?";
    field_no_store: "本机不能保存记录（例如无痕模式）：请在有连接时使用。", "This device cannot keep entries (a private window, perhaps): use it with a connection.";
}
