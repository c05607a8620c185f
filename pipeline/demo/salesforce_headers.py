"""Column names of the Salesforce data export, in its order; custom columns follow in alphabetical order."""

from pipeline.demo.words import words

HEADERS = {
    "Account": words(
        "Id IsDeleted MasterRecordId Name Type RecordTypeId ParentId BillingStreet BillingCity BillingState "
        "BillingPostalCode BillingCountry BillingStateCode BillingCountryCode BillingLatitude BillingLongitude "
        "BillingGeocodeAccuracy ShippingStreet ShippingCity ShippingState ShippingPostalCode ShippingCountry "
        "ShippingStateCode ShippingCountryCode ShippingLatitude ShippingLongitude ShippingGeocodeAccuracy Phone "
        "Fax AccountNumber Website Sic Industry AnnualRevenue NumberOfEmployees Ownership TickerSymbol "
        "Description Rating Site CurrencyIsoCode OwnerId CreatedDate CreatedById LastModifiedDate "
        "LastModifiedById SystemModstamp LastActivityDate IsExcludedFromRealign Jigsaw JigsawCompanyId "
        "AccountSource SicDesc OperatingHoursId Account_Executive__c CSM_Email__c CSM_Manager__c CSM__c "
        "Customer_Since__c Customer_Status__c Executive_Sponsor__c Expansion_Potential__c Is_Advocate__c "
        "Is_Strategic__c Last_Health_Check__c Next_Review__c Plan__c Product_Tenant_Id__c Region__c "
        "RenewalDate__c Renewal_Date__c Seats_Licensed__c Segment__c Strategic_Alignment__c Stripe_Customer_Id__c "
        "Technical_Lead__c Use_Case__c Zendesk_Organization__c"
    ),
    "Contact": words(
        "Id IsDeleted MasterRecordId AccountId Salutation FirstName LastName MiddleName Suffix RecordTypeId "
        "OtherStreet OtherCity OtherState OtherPostalCode OtherCountry OtherStateCode OtherCountryCode "
        "OtherLatitude OtherLongitude OtherGeocodeAccuracy MailingStreet MailingCity MailingState "
        "MailingPostalCode MailingCountry MailingStateCode MailingCountryCode MailingLatitude MailingLongitude "
        "MailingGeocodeAccuracy Phone Fax MobilePhone HomePhone OtherPhone AssistantPhone ReportsToId Email Title "
        "Department AssistantName LeadSource Birthdate Description CurrencyIsoCode OwnerId HasOptedOutOfEmail "
        "HasOptedOutOfFax DoNotCall CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp "
        "LastActivityDate LastCURequestDate LastCUUpdateDate EmailBouncedReason EmailBouncedDate Jigsaw "
        "JigsawContactId Pronouns GenderIdentity Joined_On__c Left_Company_On__c Role__c"
    ),
    "Opportunity": words(
        "Id IsDeleted AccountId IsPrivate Name Description StageName StageSortOrder Amount Probability "
        "ExpectedRevenue TotalOpportunityQuantity CloseDate Type NextStep LeadSource IsClosed IsWon "
        "ForecastCategory ForecastCategoryName CurrencyIsoCode CampaignId HasOpportunityLineItem Pricebook2Id "
        "OwnerId Territory2Id IsExcludedFromTerritory2Filter CreatedDate CreatedById LastModifiedDate "
        "LastModifiedById SystemModstamp LastActivityDate LastStageChangeDate FiscalYear FiscalQuarter ContactId "
        "PrimaryPartnerAccountId SyncedQuoteId ContractId LastAmountChangedHistoryId "
        "LastCloseDateChangedHistoryId"
    ),
    "OpportunityHistory": words(
        "Id OpportunityId CreatedById CreatedDate CreatedDateForInsert StageName Amount ExpectedRevenue CloseDate "
        "Probability FromForecastCategory ForecastCategory PrevForecastUpdate FromOpportunityStageName "
        "PrevOpportunityStageUpdate CurrencyIsoCode ValidThroughDate SystemModstamp IsDeleted PrevAmount "
        "PrevCloseDate"
    ),
    "Contract": words(
        "Id AccountId CurrencyIsoCode Pricebook2Id OwnerExpirationNotice StartDate BillingStreet BillingCity "
        "BillingState BillingPostalCode BillingCountry BillingStateCode BillingCountryCode BillingLatitude "
        "BillingLongitude BillingGeocodeAccuracy ShippingStreet ShippingCity ShippingState ShippingPostalCode "
        "ShippingCountry ShippingStateCode ShippingCountryCode ShippingLatitude ShippingLongitude "
        "ShippingGeocodeAccuracy ContractTerm OwnerId Status CompanySignedId CompanySignedDate CustomerSignedId "
        "CustomerSignedTitle CustomerSignedDate SpecialTerms ActivatedById ActivatedDate StatusCode Description "
        "Name IsDeleted ContractNumber LastApprovedDate CreatedDate CreatedById LastModifiedDate LastModifiedById "
        "SystemModstamp LastActivityDate ARR__c Auto_Renew__c Billing_Period__c Cancelled_On__c Churn_Reason__c "
        "Contract_End__c Notice_Days__c Price_Increase_Pct__c Product__c Seats__c"
    ),
    "Task": words(
        "Id WhoId WhatId WhoCount WhatCount Subject ActivityDate Status Priority OwnerId Description "
        "CurrencyIsoCode Type IsDeleted AccountId IsClosed CreatedDate CreatedById LastModifiedDate "
        "LastModifiedById SystemModstamp IsArchived EmailMessageId ActivityOriginType CallDurationInSeconds "
        "CallType CallDisposition CallObject ReminderDateTime IsReminderSet RecurrenceActivityId IsRecurrence "
        "RecurrenceStartDateOnly RecurrenceEndDateOnly RecurrenceTimeZoneSidKey RecurrenceType RecurrenceInterval "
        "RecurrenceDayOfWeekMask RecurrenceDayOfMonth RecurrenceInstance RecurrenceMonthOfYear "
        "RecurrenceRegeneratedType CompletedDateTime Direction__c Follow_Up_On__c Sentiment__c Was_Attended__c"
    ),
    "Event": words(
        "Id WhoId WhatId WhoCount WhatCount Subject Location IsAllDayEvent ActivityDateTime ActivityDate "
        "DurationInMinutes Description AccountId OwnerId CurrencyIsoCode Type IsPrivate ShowAs IsDeleted IsChild "
        "IsGroupEvent GroupEventType CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp "
        "IsArchived RecurrenceActivityId IsRecurrence RecurrenceStartDateTime RecurrenceEndDateOnly "
        "RecurrenceTimeZoneSidKey RecurrenceType RecurrenceInterval RecurrenceDayOfWeekMask RecurrenceDayOfMonth "
        "RecurrenceInstance RecurrenceMonthOfYear ReminderDateTime IsReminderSet ProposedEventTimeframe "
        "Direction__c Follow_Up_On__c Sentiment__c Was_Attended__c"
    ),
    "Case": words(
        "Id IsDeleted MasterRecordId CaseNumber ContactId AccountId AssetId ProductId EntitlementId SourceId "
        "BusinessHoursId ParentId SuppliedName SuppliedEmail SuppliedPhone SuppliedCompany Type Status Reason "
        "Origin Subject Priority Description IsClosed ClosedDate IsEscalated CurrencyIsoCode OwnerId "
        "IsClosedOnCreate SlaStartDate SlaExitDate IsStopped StopStartDate CreatedDate CreatedById "
        "LastModifiedDate LastModifiedById SystemModstamp ServiceContractId EventsProcessedDate"
    ),
    "User": words(
        "Id Username LastName FirstName Name CompanyName Division Department Title Email IsActive TimeZoneSidKey "
        "LocaleSidKey UserRoleId ProfileId UserType ManagerId LastLoginDate CreatedDate CreatedById LastModifiedDate "
        "LastModifiedById SystemModstamp"
    ),
}
